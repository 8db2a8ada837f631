import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

/** Which rooms a room may not enter, and where the thing that one looks for belongs instead. */
const border = (room, forbidden, message) => ({
  files: [`${room}/**/*.ts`],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ regex: `^(\\.\\./)+(${forbidden.join("|")})(/|\\.|$)`, message }] },
    ],
  },
});

export default defineConfig(
  globalIgnores(["data/", "cdktf.out/", ".cache/"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "no-console": "error",
      "max-lines": ["error", { max: 250, skipBlankLines: true, skipComments: true }],
    },
  },
  border(
    "sql",
    ["settings", "stacks", "jobs", "scripts", "test"],
    "sql/ says what the tables are and knows nobody else: pass the value in, or move the code to jobs/ (how data moves).",
  ),
  border(
    "settings",
    ["sql", "stacks", "jobs", "scripts", "test"],
    "settings/ says which environment and knows nobody else: pass the value in.",
  ),
  border(
    "stacks",
    ["jobs", "scripts", "test"],
    "stacks/ says where things live and may read sql/ and settings/ only: what both stacks/ and jobs/ need belongs in one of those two.",
  ),
  border(
    "jobs",
    ["stacks", "scripts", "test"],
    "jobs/ says how data moves and may read sql/ and settings/ only: cloud names are computed in settings/, a program for people is started as its own process.",
  ),
  {
    files: ["scripts/**/*.ts"],
    rules: { "no-console": "off" },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      // Chai's assertions read as sentences: expect(x).to.be.true
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
);
