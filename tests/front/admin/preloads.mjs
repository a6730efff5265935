// Writes into assets/admin/index.html what it has to name: run it after a file came or went.
import { readFileSync, writeFileSync } from "node:fs";
import { assets } from "../tree.js";
import { imports } from "../imports.js";

const page = new URL("admin/index.html", assets);
const lines = [...imports("admin/main.js")].filter((file) => file !== "admin/main.js").sort()
  .map((file) => `<link rel="modulepreload" href="../assets/${file}">\n`).join("");
const before = readFileSync(page, "utf8");
writeFileSync(page, before.replace(/(<link rel="modulepreload"[^\n]*\n)+|(?=<\/head>)/, lines));
