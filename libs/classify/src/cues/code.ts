import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const CODE_CUES: CueList = {
  1: phrases(
    "program, script, class, method, api, database, table, query, server, loop, array, string, list, test, file, command, library, framework, deploy, log, endpoint, module, package, cache, thread",
  ),
  2: phrases(
    "algorithm, code, coding, function, bug, compile, compiler, debug, variable, backend, frontend, repository, commit, pointer, stack, queue, hashmap, dictionary, linux, aws, git, excel formula, data structure, error message, programmieren, programm, fonction, función, funzione, funktion, código, codice, programa, 代码, 程序, コード, 코드, код",
  ),
  3: phrases(
    "python, javascript, typescript, java, golang, rust, kotlin, swift, php, ruby, scala, haskell, perl, matlab, bash, sql, html, css, react, nodejs, django, flask, postgres, postgresql, mysql, mongodb, redis, docker, dockerfile, kubernetes, terraform, nginx, regex, regexp, regular expression, json schema, graphql, webpack, pandas, numpy, pytorch, tensorflow, unit test, unit tests, stack trace, traceback, segfault, nullpointerexception, typeerror, syntaxerror, keyerror, valueerror, undefined is not, c++, c#, .net, vba, powershell, assembly, leetcode, refactor, refactoring, pull request, code review, fix the bug, source code, stored procedure, window function, yaml, makefile, cron, api endpoint, rest api, websocket, 函数, 関数, 함수, функцию, функция, скрипт",
  ),
  5: phrases(
    "write a function, write a program, write a script, write code, write a query, write a class, write a method, write a test, write unit tests, write a regex, write a sql, write an sql, write a python, write a bash, implement a function, implement an algorithm, implement a, python function, python code, python script, javascript function, sql query, bash script, shell script, code snippet, this code, following code, this function, following function, my code, fix this, debug this, refactor this, given a string, given an array, given a list of, schreibe eine funktion, schreibe ein programm, écris une fonction, écrire une fonction, escribe una función, scrivi una funzione, escreva uma função, напиши функцию, 写一个函数, 编写一个, 写一段代码",
  ),
};
