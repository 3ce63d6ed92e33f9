import type { ChartView } from "../../../charts/chart-view.ts";
import { unreachable } from "../../../domain/errors.ts";
import type { Action, Block, Card, RichText } from "../../card.ts";
import { fit } from "../../fit.ts";
import { typedCommands } from "../../typed-command.ts";
import { plainText } from "../plain-text.ts";
import { TERMINAL_CAPABILITIES } from "./capabilities.ts";
import { createPaint, TONE_SIGNS, type Paint, type TerminalOptions } from "./paint.ts";
import { renderChart } from "./render-chart.ts";
import { renderTable } from "./render-table.ts";
import { typedWords } from "./typed-words.ts";
import { textWidth, wrapToWidth } from "./text-width.ts";

/** Narrower terminals get lines of this width all the same: nothing can be read below it. */
export const WIDTH_MIN = 20;

/**
 * A card as lines for a terminal, none wider than `width`. Plain text unless `colour`; characters that would steer
 * the terminal are replaced before anything else. Ends without a line break.
 */
export function renderTerminal(card: Card, options: TerminalOptions): string {
  const width = Math.max(WIDTH_MIN, options.width);
  const paint = createPaint(options.colour);
  const fitted = fit(card, TERMINAL_CAPABILITIES).card;
  const said: Said = (text, remedy) => plainText(typedWords(text, options, remedy));
  const sign = fitted.tone === "neutral" ? "" : `${TONE_SIGNS[fitted.tone]} `;
  const sections = [
    [
      ...wrapToWidth(`${sign}${plainText(fitted.title)}`, width).map((line) => paint("strong", line)),
      ...wrapToWidth(said(fitted.summary), width).map((line) => paint(fitted.tone, line)),
    ],
    ...fitted.blocks.map((block) => renderBlock(block, { width, paint, said })),
    fitted.status === undefined
      ? []
      : wrapToWidth(plainText(fitted.status), width).map((line) => paint("strong", line)),
    fitted.actions
      .flatMap((action) => actionLines(action, options).flatMap((line) => hang("→ ", line, width)))
      .map((line) => paint("code", line)),
    fitted.footer.flatMap((line) => wrapToWidth(said(line), width)).map((line) => paint("dim", line)),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

/** What to type for an action; a link is its address. */
function actionLines(action: Action, options: TerminalOptions): string[] {
  if (action.kind === "link") return [plainText([{ kind: "link", text: action.label, href: action.href }])];
  return typedCommands(action).map(({ label, command }) => {
    const typed = `${options.commandPrefix ?? ""}${plainText(command)}${options.commandSuffix ?? ""}`;
    return plainText(label) === plainText(command) ? typed : `${plainText(label)}: ${typed}`;
  });
}

/** Text with the commands in it as they are typed; `remedy`: it says how to mend something. */
type Said = (text: RichText, remedy?: boolean) => string;
type Drawing = { readonly width: number; readonly paint: Paint; readonly said: Said };

function renderBlock(block: Block, { width, paint, said }: Drawing): string[] {
  switch (block.kind) {
    case "facts":
      return renderFacts(block.facts, width, paint);
    case "table":
      return renderTable(block, width, paint);
    case "chart":
      return [
        ...wrapToWidth(plainText(chartTitle(block.chart)), width).map((line) => paint("dim", line)),
        ...renderChart(block.chart, width),
      ];
    case "list":
      return [
        ...(block.caption === undefined
          ? []
          : wrapToWidth(plainText(block.caption), width).map((line) => paint("strong", line))),
        ...block.items.flatMap((item) => hang("• ", said(item), width)),
      ];
    case "note":
      return hang(`${TONE_SIGNS[block.tone]} `, said(block.text, true), width).map((line) => paint(block.tone, line));
    default:
      return unreachable(block);
  }
}

function chartTitle(chart: ChartView): string {
  return "subtitle" in chart && chart.subtitle !== "" ? `${chart.title} · ${chart.subtitle}` : chart.title;
}

function renderFacts(facts: Extract<Block, { kind: "facts" }>["facts"], width: number, paint: Paint): string[] {
  const labels = facts.map((fact) => plainText(fact.label));
  const labelWidth = Math.min(Math.max(0, ...labels.map(textWidth)), Math.floor(width / 3));
  return facts.flatMap((fact, index) => {
    const label = labels[index] ?? "";
    const value = plainText(fact.value);
    if (textWidth(label) > labelWidth) return wrapToWidth(`${label}: ${value}`, width);
    const lead = label + " ".repeat(labelWidth - textWidth(label) + 2);
    const [first = "", ...rest] = wrapToWidth(value, width - labelWidth - 2);
    return [paint("dim", lead) + first, ...rest.map((line) => " ".repeat(labelWidth + 2) + line)];
  });
}

/** Text behind a sign, later lines under the text. */
function hang(sign: string, text: string, width: number): string[] {
  const indent = textWidth(sign);
  return wrapToWidth(text, width - indent).map((line, index) => (index === 0 ? sign : " ".repeat(indent)) + line);
}
