import { z } from "zod";

/**
 * Block Kit as the platform checks it: every limit of the reference, unknown keys and types refused. Written from the
 * documentation and not from our renderer.
 */
const plain = (max: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    // White space alone is no text, as we take it: how the platform takes it differs from block to block.
    text: z.string().max(max).regex(/\S/),
    emoji: z.boolean().optional(),
  });
const mrkdwn = (max: number) =>
  z.strictObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(max), verbatim: z.boolean().optional() });
const anyText = (max: number) => z.discriminatedUnion("type", [plain(max), mrkdwn(max)]);

const id = z.string().min(1).max(255);
const blockId = { block_id: id.optional() };
const url = z.url({ protocol: /^https?$/ }).max(3000);

const confirm = z.strictObject({
  title: plain(100),
  text: anyText(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(["primary", "danger"]).optional(),
});

const button = z.strictObject({
  type: z.literal("button"),
  text: plain(75),
  action_id: id.optional(),
  url: url.optional(),
  value: z.string().min(1).max(2000).optional(),
  style: z.enum(["primary", "danger"]).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().min(1).max(75).optional(),
});

const option = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: plain(75).optional(),
});
const staticSelect = z
  .strictObject({
    type: z.literal("static_select"),
    action_id: id.optional(),
    placeholder: plain(150).optional(),
    options: z.array(option).min(1).max(100).optional(),
    option_groups: z
      .array(z.strictObject({ label: plain(75), options: z.array(option).min(1).max(100) }))
      .min(1)
      .max(100)
      .optional(),
    initial_option: option.optional(),
    confirm: confirm.optional(),
    focus_on_load: z.boolean().optional(),
  })
  .refine(
    ({ options, option_groups }) => (options === undefined) !== (option_groups === undefined),
    "options xor groups",
  )
  .refine(
    ({ options, initial_option }) =>
      initial_option === undefined ||
      (options ?? []).some((one) => JSON.stringify(one) === JSON.stringify(initial_option)),
    "initial_option must be one of options",
  );
const overflow = z.strictObject({
  type: z.literal("overflow"),
  action_id: id.optional(),
  options: z.array(option).min(1).max(5),
  confirm: confirm.optional(),
});
const datepicker = z.strictObject({
  type: z.literal("datepicker"),
  action_id: id.optional(),
  initial_date: z.iso.date().optional(),
  placeholder: plain(150).optional(),
  confirm: confirm.optional(),
  focus_on_load: z.boolean().optional(),
});
const textInput = z.strictObject({
  type: z.literal("plain_text_input"),
  action_id: id.optional(),
  initial_value: z.string().max(3000).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
  placeholder: plain(150).optional(),
  focus_on_load: z.boolean().optional(),
});

const slackFile = z
  .strictObject({
    id: z
      .string()
      .regex(/^F[A-Z0-9]{8,}$/)
      .optional(),
    url: url.optional(),
  })
  .refine((file) => (file.id === undefined) !== (file.url === undefined), "id xor url");
const imageParts = {
  alt_text: z.string().min(1).max(2000),
  image_url: url.optional(),
  slack_file: slackFile.optional(),
};
const oneImage = (image: { image_url?: unknown; slack_file?: unknown }): boolean =>
  (image.image_url === undefined) !== (image.slack_file === undefined);
const imageElement = z
  .strictObject({ type: z.literal("image"), ...imageParts })
  .refine(oneImage, "image_url xor slack_file");

const style = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional();
const richLeaf = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("text"), text: z.string().min(1), style }),
  z.strictObject({
    type: z.literal("link"),
    url,
    text: z.string().min(1).optional(),
    style,
    unsafe: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal("user"), user_id: z.string().regex(/^[UW][A-Z0-9]{6,}$/), style }),
  z.strictObject({ type: z.literal("usergroup"), usergroup_id: z.string(), style }),
  z.strictObject({ type: z.literal("channel"), channel_id: z.string(), style }),
  z.strictObject({ type: z.literal("broadcast"), range: z.enum(["here", "channel", "everyone"]), style }),
  z.strictObject({ type: z.literal("emoji"), name: z.string().min(1), unicode: z.string().optional(), style }),
  z.strictObject({
    type: z.literal("date"),
    timestamp: z.int(),
    format: z.string(),
    fallback: z.string().optional(),
    url: url.optional(),
    style,
  }),
]);
const richSection = z.strictObject({ type: z.literal("rich_text_section"), elements: z.array(richLeaf).min(1) });
const border = { border: z.literal([0, 1]).optional() };
const richText = z.strictObject({
  type: z.literal("rich_text"),
  ...blockId,
  elements: z
    .array(
      z.discriminatedUnion("type", [
        richSection,
        z.strictObject({
          type: z.literal("rich_text_list"),
          style: z.enum(["bullet", "ordered"]),
          elements: z.array(richSection).min(1),
          indent: z.int().optional(),
          offset: z.int().optional(),
          ...border,
        }),
        z.strictObject({ type: z.literal("rich_text_preformatted"), elements: z.array(richLeaf).min(1), ...border }),
        z.strictObject({ type: z.literal("rich_text_quote"), elements: z.array(richLeaf).min(1), ...border }),
      ]),
    )
    .min(1),
});

const cell = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("raw_text"), text: z.string().min(1) }),
  z.strictObject({ type: z.literal("raw_number"), value: z.number(), text: z.string().min(1) }),
  richText,
]);
const table = z
  .strictObject({
    type: z.literal("table"),
    ...blockId,
    rows: z.array(z.array(cell).min(1).max(20)).min(1).max(100),
    column_settings: z
      .array(
        z
          .strictObject({
            align: z.enum(["left", "center", "right"]).optional(),
            is_wrapped: z.boolean().optional(),
          })
          .nullable(),
      )
      .max(20)
      .optional(),
  })
  .refine(({ rows }) => new Set(rows.map((row) => row.length)).size === 1, "rows must be of one width");

const section = z
  .strictObject({
    type: z.literal("section"),
    ...blockId,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: z.discriminatedUnion("type", [button, staticSelect, overflow, datepicker, imageElement]).optional(),
    expand: z.boolean().optional(),
  })
  .refine(({ text, fields }) => text !== undefined || fields !== undefined, "text or fields");

const shared = [
  section,
  richText,
  table,
  z.strictObject({ type: z.literal("header"), ...blockId, text: plain(150) }),
  z.strictObject({ type: z.literal("divider"), ...blockId }),
  z.strictObject({
    type: z.literal("context"),
    ...blockId,
    elements: z
      .array(z.union([imageElement, anyText(3000)]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal("actions"),
    ...blockId,
    elements: z
      .array(z.discriminatedUnion("type", [button, staticSelect, overflow, datepicker]))
      .min(1)
      .max(25),
  }),
  z
    .strictObject({ type: z.literal("image"), ...blockId, ...imageParts, title: plain(2000).optional() })
    .refine(oneImage, "image_url xor slack_file"),
] as const;
const input = z.strictObject({
  type: z.literal("input"),
  ...blockId,
  label: plain(2000),
  hint: plain(2000).optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  element: z.discriminatedUnion("type", [textInput, staticSelect, datepicker]),
});
const markdown = z.strictObject({ type: z.literal("markdown"), ...blockId, text: z.string().min(1).max(12_000) });

export const messageBlocks = z.array(z.discriminatedUnion("type", [...shared, markdown])).max(50);
const viewBlocks = z.array(z.discriminatedUnion("type", [...shared, input])).max(100);

export const modalView = z
  .strictObject({
    type: z.literal("modal"),
    title: plain(24),
    submit: plain(24).optional(),
    close: plain(24).optional(),
    blocks: viewBlocks,
    private_metadata: z.string().max(3000).optional(),
    callback_id: z.string().max(255).optional(),
    external_id: z.string().max(255).optional(),
    clear_on_close: z.boolean().optional(),
    notify_on_close: z.boolean().optional(),
  })
  .refine((view) => view.submit !== undefined || !view.blocks.some(({ type }) => type === "input"), "submit is needed");
export const homeView = z.strictObject({
  type: z.literal("home"),
  blocks: viewBlocks,
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().max(255).optional(),
  external_id: z.string().max(255).optional(),
});
