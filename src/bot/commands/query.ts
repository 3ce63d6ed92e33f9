import { costQuerySchema } from "../../domain/cost-query.ts";
import { AppError } from "../../domain/errors.ts";
import type { Command } from "../command.ts";
import { answerQuery } from "./cost.ts";

const EXAMPLE = '{"select":{"by":"days","from":"2026-09-01","to":"2026-10-01"},"by":["service"]}';

/** `query JSON`: the same answer as `cost`, from a CostQuery as data. */
export const queryCommand: Command = {
  name: "query",
  summary: "A cost question as JSON (the CostQuery of the API)",
  usage: "query JSON",
  examples: [`query ${EXAMPLE}`],
  role: "viewer",
  run: async ({ ctx, text }) => {
    const parsed = costQuerySchema.safeParse(parseJson(text));
    if (!parsed.success) {
      const problems = parsed.error.issues
        .slice(0, 5)
        .map((issue) => `${issue.path.join(".") || "query"}: ${issue.message}`);
      throw new AppError("bad-input", `The query is not valid. ${problems.join("; ")}.`, {
        remedy: `Like this: query ${EXAMPLE}`,
      });
    }
    const { select } = parsed.data;
    if (select.by === "days" && select.from >= select.to) {
      throw new AppError("bad-input", "The query is not valid. select: `to` is exclusive and must come after `from`.", {
        remedy: `Like this: query ${EXAMPLE}`,
      });
    }
    return answerQuery(ctx, parsed.data);
  },
};

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError(
      "bad-input",
      `That is not JSON: ${cause instanceof Error ? cause.message.slice(0, 120) : "unreadable"}.`,
      { remedy: `Like this: query ${EXAMPLE}`, cause },
    );
  }
}
