import type { z } from "zod";

import { homeView, messageBlocks, modalView } from "./block-schema.ts";
import { FakeRefusal, type FakeState, type Json } from "./state.ts";

/** Above this the platform says msg_blocks_too_long even when each block is legal. */
const BLOCKS_CHARACTERS_MAX = 13_200;
const TEXT_CHARACTERS_MAX = 40_000;

/** Refuses what a message may not be. */
export function checkMessage(state: FakeState, args: Json): { text: string; blocks: Json[] } {
  const { text } = args;
  if (typeof text !== "string" || text === "") throw new FakeRefusal("no_text");
  if (text.length > TEXT_CHARACTERS_MAX) throw new FakeRefusal("msg_too_long");
  const blocks = args["blocks"] ?? [];
  return { text, blocks: checkMessageBlocks(state, blocks) };
}

export function checkMessageBlocks(state: FakeState, blocks: unknown): Json[] {
  const given = parse(messageBlocks, blocks, "invalid_blocks") as Json[];
  checkAcross(state, given);
  const tables = given.filter((block) => block["type"] === "table").length;
  if (tables > 0 && !state.features.tables)
    refuse("invalid_blocks", ["unsupported type: table [json-pointer:/blocks]"]);
  if (tables > 1) refuse("invalid_blocks", ["only_one_table_allowed"]);
  if (JSON.stringify(given).length > BLOCKS_CHARACTERS_MAX) throw new FakeRefusal("msg_blocks_too_long");
  return given;
}

export function checkView(state: FakeState, view: unknown, type: "modal" | "home"): Json {
  const given = parse(type === "modal" ? modalView : homeView, view, "invalid_arguments") as Json;
  checkAcross(state, given["blocks"] as Json[]);
  return given;
}

function parse(schema: z.ZodType, value: unknown, code: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  refuse(
    code,
    parsed.error.issues.map((issue) => `${issue.message} [json-pointer:/blocks/${issue.path.join("/")}]`),
  );
}

/** What concerns more than one part: ids are unique, pictures exist and are processed. */
function checkAcross(state: FakeState, blocks: readonly Json[]): void {
  const blockIds = new Set<string>();
  const actionIds = new Set<string>();
  for (const [index, block] of blocks.entries()) {
    const blockId = block["block_id"];
    if (typeof blockId === "string" && blockIds.has(blockId)) {
      refuse("invalid_blocks", [`\`block_id\` ${blockId} already exists [json-pointer:/blocks/${index}/block_id]`]);
    }
    if (typeof blockId === "string") blockIds.add(blockId);
    for (const actionId of actionIdsOf(block)) {
      if (actionIds.has(actionId)) refuse("invalid_blocks", [`\`action_id\` ${actionId} already exists`]);
      actionIds.add(actionId);
    }
    for (const fileId of fileIdsOf(block)) {
      const file = state.files.get(fileId);
      const ready = file?.completed === true && file.looksUntilReady <= 0 && /\.(png|jpe?g|gif)$/i.test(file.name);
      if (!ready) refuse("invalid_blocks", [`invalid slack file [json-pointer:/blocks/${index}/slack_file]`]);
    }
  }
}

function actionIdsOf(block: Json): string[] {
  const elements = [...list(block["elements"]), block["accessory"], block["element"]];
  return elements.flatMap((element) => {
    const actionId = (element as Json | undefined)?.["action_id"];
    return typeof actionId === "string" ? [actionId] : [];
  });
}

function fileIdsOf(block: Json): string[] {
  return [block, ...list(block["elements"]), block["accessory"]].flatMap((part) => {
    const file = (part as Json | undefined)?.["slack_file"] as Json | undefined;
    return typeof file?.["id"] === "string" ? [file["id"]] : [];
  });
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function refuse(code: string, messages: readonly string[]): never {
  throw new FakeRefusal(code, {
    errors: messages,
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}
