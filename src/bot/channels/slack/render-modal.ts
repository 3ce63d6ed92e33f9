import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";

import { parseDay } from "../../../domain/period.ts";
import { unreachable } from "../../../domain/errors.ts";
import type { Field } from "../../card.ts";
import type { Form } from "../channel.ts";
import { safeLine, safeText } from "../safe-text.ts";
import { ACTION_ID_MAX, PLACEHOLDER_MAX, SLACK_CAPABILITIES } from "./limits.ts";
import { plain } from "./slack-text.ts";

const LIMITS = SLACK_CAPABILITIES.forms;

/** Where the button was that opened a form: its answer belongs there. A form itself has no place. */
const originSchema = z.object({ channel: z.string().nullable(), thread: z.string().nullable() });
export type Origin = z.infer<typeof originSchema>;

/** A form as a modal. What is sent comes back under the fields' names (`valuesOf`); only ids are kept in the view. */
export function renderModal(form: Form, given: { readonly token: string; readonly origin: Origin }): ModalView {
  const inputs = form.fields.slice(0, LIMITS.fields).map(inputBlock);
  // A title has room for three words; a warning must be read whole.
  const isCut = safeLine(form.title).length > LIMITS.title;
  const whole: KnownBlock[] =
    isCut || inputs.length === 0 ? [{ type: "section", text: plain(form.title, LIMITS.input) }] : [];
  return {
    type: "modal",
    callback_id: given.token.slice(0, ACTION_ID_MAX),
    title: plain(isCut ? form.label : form.title, LIMITS.title),
    submit: plain(form.submit, LIMITS.title),
    close: { type: "plain_text", text: "Cancel", emoji: false },
    private_metadata: JSON.stringify(given.origin),
    blocks: [...whole, ...inputs],
  };
}

/** What was filled in, by field name; what was left empty is left out. */
export function valuesOf(values: Readonly<Record<string, Readonly<Record<string, FilledIn>>>>): Record<string, string> {
  const entries = Object.entries(values).flatMap(([blockId, byAction]): [string, string][] => {
    // One input a block.
    const filled = Object.values(byAction)[0];
    const value = filled?.value ?? filled?.selected_option?.value ?? filled?.selected_date ?? null;
    const name = fieldName(blockId);
    return value === null || value === undefined || name === null ? [] : [[name, value]];
  });
  return Object.fromEntries(entries);
}
type FilledIn = {
  readonly value?: string | null;
  readonly selected_option?: { readonly value: string } | null;
  readonly selected_date?: string | null;
};

/** Block id of a field: under it the platform shows what is wrong with what was filled in. */
export function fieldBlockId(index: number, name: string): string {
  return `${index}:${name}`.slice(0, ACTION_ID_MAX);
}

function fieldName(blockId: string): string | null {
  return /^\d+:([\s\S]*)$/.exec(blockId)?.[1] ?? null;
}

/** Where a form came from. */
export function originOf(privateMetadata: string): Origin {
  const parsed = z.string().transform(parseJson).pipe(originSchema).safeParse(privateMetadata);
  return parsed.success ? parsed.data : { channel: null, thread: null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function inputBlock(field: Field, index: number): KnownBlock {
  const element = elementOf(field, `v${index}`);
  const label = plain(field.label, LIMITS.label);
  if (element === null) return { type: "section", text: plain(`${field.label}: nothing to choose`, LIMITS.input) };
  return {
    type: "input",
    block_id: fieldBlockId(index, field.name),
    label,
    optional: !field.required,
    element,
  } satisfies InputBlock;
}

function elementOf(field: Field, actionId: string): InputBlock["element"] | null {
  switch (field.kind) {
    case "text": {
      const max = Math.max(1, Math.min(field.lengthMax, LIMITS.input));
      const initial =
        field.initial === undefined
          ? ""
          : safeText(field.initial)
              .slice(0, max)
              .replace(/[\ud800-\udbff]$/, "");
      return {
        type: "plain_text_input",
        action_id: actionId,
        max_length: max,
        ...(field.multiline === true ? { multiline: true } : {}),
        ...(field.placeholder === undefined ? {} : { placeholder: plain(field.placeholder, PLACEHOLDER_MAX) }),
        ...(initial === "" ? {} : { initial_value: initial }),
      };
    }
    case "choice": {
      // A value that had to be cut would choose something else.
      const options = field.options
        .filter(({ value }) => value !== "" && value.length <= LIMITS.optionLabel)
        .slice(0, LIMITS.options)
        .map(({ label, value }): PlainTextOption => ({ text: plain(label, LIMITS.optionLabel), value }));
      const initial = options.find(({ value }) => value === field.initial);
      if (options.length === 0) return null;
      return {
        type: "static_select",
        action_id: actionId,
        options,
        ...(initial === undefined ? {} : { initial_option: initial }),
      };
    }
    case "day": {
      const { initial } = field;
      return {
        type: "datepicker",
        action_id: actionId,
        ...(initial !== undefined && parseDay(initial) !== null ? { initial_date: initial } : {}),
      };
    }
    default:
      return unreachable(field);
  }
}
