import { formatBar, formatFigure } from "./figure.ts";
import type { Result } from "./result.ts";

/** docs/performance.md, from results alone: the same results give the same page. */
export function performancePage(results: readonly Result[]): string {
  const missed = results.flatMap((result) =>
    result.figures.filter(({ verdict }) => verdict === "missed").map((figure) => ({ result, figure })),
  );
  const judged = results.flatMap(({ figures }) => figures).filter(({ verdict }) => verdict !== "no bar").length;
  const lines = [
    "# Performance",
    "",
    "Made by `npm run bench -- report` from `bench/results/*.json`; do not edit. Each figure is of one run, beside its bar and,",
    "where there is one, beside a rival that did the same work on the same machine in the same run. Measure again:",
    "`npm run bench -- NAME` or `npm run bench -- all`; hold it against what is committed: `npm run bench -- compare`.",
    "",
    `**${judged - missed.length} of ${judged} bars met.**`,
    "",
    ...missed.map(
      ({ result, figure }) =>
        `- Missed: ${result.name}, ${figure.name}: ${formatFigure(figure.value, figure.unit)}${besides(figure)}, asked ${formatBar(figure)}.`,
    ),
    ...(missed.length === 0 ? [] : [""]),
    ...results.flatMap(section),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function section(result: Result): string[] {
  const { machine } = result;
  const state = result.changed ? `${result.commit} with uncommitted changes` : result.commit;
  return [
    `## ${result.name}`,
    "",
    `${sentence(result.about)} \`${result.command}\``,
    "",
    "| figure | measured | bar | |",
    "|---|---:|---|---|",
    ...result.figures.map(
      (figure) =>
        `| ${cell(figure.name)} | ${formatFigure(figure.value, figure.unit)}${besides(figure)} | ${formatBar(figure)} | ${figure.verdict === "no bar" ? "" : figure.verdict} |`,
    ),
    "",
    `${result.date}, commit ${state}; ${machine.cores} cores (${machine.cpu}), ${machine.memoryGb} GB, Node ${machine.node}; ` +
      `the whole bench took ${formatFigure(Math.round(result.seconds), "s")}.`,
    "",
  ];
}

function besides({ rival, unit }: Result["figures"][number]): string {
  if (rival === null) return "";
  return ` (${rival.ratio.toFixed(2)} × ${rival.name}: ${formatFigure(rival.value, unit)})`;
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
const cell = (text: string): string => text.replaceAll("|", "\\|");
