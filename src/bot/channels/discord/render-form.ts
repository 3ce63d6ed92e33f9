import {
  ComponentType,
  TextInputStyle,
  type APILabelComponent,
  type APIModalInteractionResponseCallbackData,
} from "discord-api-types/v10";

import type { Field } from "../../card.ts";
import { ChannelError } from "../channel-error.ts";
import type { Form } from "../channel.ts";
import { safeText } from "../safe-text.ts";
import { customId } from "./custom-id.ts";
import { DISCORD_CAPABILITIES, MODAL_DESCRIPTION_MAX } from "./limits.ts";
import { label } from "./render-text.ts";

const LIMITS = DISCORD_CAPABILITIES.forms;
const DAY_LENGTH_MAX = 40;
/** A name that can be a custom id. Ours all are; one that is not gets its place in the form instead. */
const NAME = /^[\w.-]{1,100}$/;

/** A form as a modal. Throws ChannelError("invalid") for one that has more fields than a modal holds. */
export function renderForm(form: Form, token: string): APIModalInteractionResponseCallbackData {
  if (form.fields.length > LIMITS.fields || form.fields.length === 0) {
    throw new ChannelError("invalid", `a form here has 1 to ${LIMITS.fields} fields, this one ${form.fields.length}`);
  }
  return {
    custom_id: customId({ does: "send", token }),
    title: label(form.title, LIMITS.title),
    components: form.fields.map((field, index) => renderField(field, fieldId(form.fields, index))),
  };
}

/** The name a field has in the modal, which is what comes back with its value. */
function fieldId(fields: readonly Field[], index: number): string {
  const name = fields[index]?.name ?? "";
  const unique = fields.filter((field) => field.name === name).length === 1;
  return NAME.test(name) && unique ? name : `field-${index}`;
}

function renderField(field: Field, id: string): APILabelComponent {
  const base = { type: ComponentType.Label as const, label: label(field.label, LIMITS.label) };
  if (field.kind === "choice" && field.options.length > 0 && field.options.length <= LIMITS.options) {
    const values = field.options.map((option, index) => optionValue(field.options, option.value, index));
    return {
      ...base,
      component: {
        type: ComponentType.StringSelect,
        custom_id: id,
        required: field.required,
        min_values: field.required ? 1 : 0,
        max_values: 1,
        options: field.options.map((option, index) => ({
          label: label(option.label, LIMITS.optionLabel),
          value: values[index] ?? String(index),
          default: option.value === field.initial,
        })),
      },
    };
  }
  const lengthMax =
    field.kind === "text" ? field.lengthMax : field.kind === "day" ? DAY_LENGTH_MAX : LIMITS.optionLabel;
  const max = Math.max(1, Math.min(LIMITS.input, lengthMax));
  const multiline = field.kind === "text" && field.multiline === true;
  const hint = field.kind === "day" ? "YYYY-MM-DD" : field.kind === "text" ? (field.placeholder ?? "") : "";
  const initial = safeText(field.initial ?? "")
    .slice(0, max)
    .replace(/[\ud800-\udbff]$/, "");
  return {
    ...base,
    component: {
      type: ComponentType.TextInput,
      custom_id: id,
      style: multiline ? TextInputStyle.Paragraph : TextInputStyle.Short,
      required: field.required,
      max_length: max,
      ...(hint.trim() === "" ? {} : { placeholder: label(hint, MODAL_DESCRIPTION_MAX) }),
      ...(initial.trim() === "" ? {} : { value: initial }),
    },
  };
}

/** A choice's value must be short and its own; one that is not is replaced by its place. */
function optionValue(options: readonly { value: string }[], value: string, index: number): string {
  const fine = value.trim() !== "" && value.length <= LIMITS.optionLabel && value.isWellFormed();
  const unique = options.filter((option) => option.value === value).length === 1;
  return fine && unique ? value : `choice-${index}`;
}
