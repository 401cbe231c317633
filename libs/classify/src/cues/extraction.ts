import type { CueList } from "../classifier-document.ts";
import { phrases } from "./phrases.ts";

export const EXTRACTION_CUES: CueList = {
  1: phrases(
    "json, csv, field, fields, entities, names, dates, keys, values, columns, format, label, labels, category, categories, following text, text below, email, invoice, receipt",
  ),
  2: phrases(
    "in the format of, on a scale of, assign them, assign each, as an array, list all, find all, parse, tag, sentiment, positive or negative, structured, key value, named entity, keywords, phone number, email address, email addresses, return only, output only, spam or not",
  ),
  3: phrases(
    "json array, json string, analyze the sentiment, extract math, as json, in json, json object, valid json, to json, json format, as csv, named entities, structured data, pull out, key information, sentiment analysis, sentiment of, fill in the fields, markdown table, classify, categorize, categorise, kategorisiere, klassifiziere, classifie, clasifica, classifica, классифицируй, 分类, 分類",
  ),
  5: phrases(
    "extract, extrahiere, extrayez, extraire, extrae, estrai, extraia, извлеки, извлечь, 提取, 抽出, 추출, extract all, extract the, identify all, identify the entities, classify the, classify this, classify each, classify the following, categorize the, list every, list all the, output json, return json, return a json, respond with json, convert the following text, convert this text, fill out",
  ),
};
