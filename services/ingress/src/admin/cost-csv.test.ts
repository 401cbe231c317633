import { expect, test } from "vitest";
import { costCsv, csvOf } from "./cost-csv.ts";
import type { CostReport, CostSums } from "./cost-forms.ts";
import type { Statements } from "./cost-statements.ts";
import { statementCsv, statementMarkdown } from "./render-statements.ts";

const SUMS: CostSums = {
  requests: 2,
  unpriced: 1,
  costUsd: "0.5",
  costPicoUsd: "500000000000",
  abandoned: 1,
  abandonedEstimatePicoUsd: "1000000000000",
  inputTokens: 10,
  outputTokens: 20,
};

const STATEMENTS: Statements = {
  object: "statements",
  month: "2026-11",
  timeZone: "UTC",
  from: "2026-11-01T00:00:00.000Z",
  to: "2026-12-01T00:00:00.000Z",
  data: [
    { team: "a|b", total: SUMS, lines: [{ project: "*x*\n", provider: "p", model: "m", ...SUMS }] },
    { team: null, total: SUMS, lines: [] },
  ],
  total: SUMS,
};

test("names that a spreadsheet would take for formulas stay texts, and amounts below nothing stay numbers", () => {
  expect(
    csvOf(
      ["a", "b"],
      [
        ["=1+1", "-2.5"],
        ['say "x",', "-x"],
      ],
    ),
  ).toBe('a,b\r\n\'=1+1,-2.5\r\n"say ""x"",",\'-x\r\n');
});

test("a statement in Markdown tells a team's lines, its total and what is not known, whatever the names are", () => {
  const text = statementMarkdown(STATEMENTS);
  expect(text).toContain("## Team a\\|b\n");
  expect(text).toContain("| \\*x\\* | p | m | 2 | 10 | 20 | 0.5 |\n");
  expect(text).toContain("| total |  |  | 2 | 10 | 20 | 0.5 |\n");
  expect(text).toContain("Nobody saw the end of 1 of them, which cost 1 USD at the most.");
  expect(text).toContain("## Requests of no team");
});

test("a statement in CSV has a line for each line of it, and no sums", () => {
  const [head, line, ...rest] = statementCsv(STATEMENTS).split("\r\n");
  expect(head).toMatch(/^month,team,project,provider,model,requests,/);
  expect(line).toBe('2026-11,a|b,"*x*\n",p,m,2,1,0.5,500000000000,1,1000000000000,10,20');
  expect(rest).toEqual([""]);
});

test("B15 costs as CSV say what they say as JSON, or nothing at all where that is not all of it", () => {
  const compared = {
    requests: 1,
    costPicoUsd: "5",
    baselinePicoUsd: "3",
    savingsUsd: "-0.000000000002",
    savingsPicoUsd: "-2",
    withoutPrice: 4,
    unknown: 6,
  };
  const report: CostReport = {
    object: "costs",
    from: null,
    to: null,
    timeZone: "UTC",
    total: SUMS,
    data: [{ by: { team: "red" }, ...SUMS, compared }],
    hasMore: false,
    catalogues: [],
    baseline: { model: "big", formula: "", prices: [] },
  };
  const [head, line] = costCsv(report, ["team"]).split("\r\n");
  expect(head).toMatch(
    /,compared_requests,compared_cost_pico_usd,baseline_pico_usd,savings_pico_usd,without_price,unknown$/,
  );
  expect(line).toBe("red,2,1,0.5,500000000000,1,1000000000000,10,20,1,5,3,-2,4,6");
  expect(() => costCsv({ ...report, hasMore: true }, ["team"])).toThrow("There are more rows than the 1 of one answer");
});
