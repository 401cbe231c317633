import { keyFormat } from "../key-format.ts";

/** Where code, packages and images are kept, and what builds them. */
export const CODE_HOST_FORMATS = [
  ...["ghp_", "gho_", "ghu_", "ghs_", "ghr_"].map((anchor) => keyFormat("github", anchor, "[A-Za-z0-9]{36,251}")),
  keyFormat("github", "github_pat_", "[A-Za-z0-9]{22}_[A-Za-z0-9]{59}"),
  ...["glpat-", "gldt-", "glrt-", "glcbt-", "glptt-", "glft-", "glsoat-", "glimt-", "glagent-", "gloas-"].map(
    (anchor) => keyFormat("gitlab", anchor, "[A-Za-z0-9_-]{20,64}(?:\\.[0-9a-z]{2}\\.[0-9a-z]{9})?"),
  ),
  keyFormat("gitlab", "GR1348941", "[A-Za-z0-9_-]{20}"),
  keyFormat("bitbucket", "ATBB", "[A-Za-z0-9]{24}[0-9A-F]{8}"),
  keyFormat("npm", "npm_", "[A-Za-z0-9]{36}"),
  keyFormat("pypi", "pypi-AgEIcHlwaS5vcmc", "[A-Za-z0-9_-]{50,1000}"),
  keyFormat("rubygems", "rubygems_", "[0-9a-f]{48}"),
  keyFormat("clojars", "CLOJARS_", "[0-9a-z]{60}"),
  keyFormat("docker-hub", "dckr_pat_", "[A-Za-z0-9_-]{27}"),
  keyFormat("docker-hub", "dckr_oat_", "[A-Za-z0-9_-]{32}"),
  keyFormat("artifactory", "AKCp", "[A-Za-z0-9]{69}"),
  keyFormat("artifactory", "cmVmd", "[A-Za-z0-9]{59}"),
  keyFormat("circleci", "CCIPAT_", "[A-Za-z0-9]{22}_[0-9a-f]{40}"),
  keyFormat("circleci", "CCIPRJ_", "[A-Za-z0-9]{22}_[0-9a-f]{40}"),
  keyFormat("buildkite", "bkua_", "[0-9a-f]{40}"),
  keyFormat("sourcegraph", "sgp_", "(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}"),
  keyFormat("pulumi", "pul-", "[0-9a-f]{40}"),
  keyFormat("postman", "PMAK-", "[0-9a-f]{24}-[0-9a-f]{34}"),
  keyFormat("readme", "rdme_", "[0-9a-z]{70}"),
  keyFormat("octopus-deploy", "API-", "(?=[A-Z]*\\d)[A-Z0-9]{26}"),
];
