import { truncateToWidth } from "../bot/channels/terminal/text-width.ts";
import { safeLine } from "../bot/channels/safe-text.ts";
import type { Terminal } from "./cli-command.ts";

const BAR_COLUMNS = 24;
const CLEAR_LINE = "\r\u001b[2K";

/** One line that is drawn over and over on stderr, and nothing at all where nobody watches. */
export function createProgressBar(terminal: Terminal): {
  readonly show: (percent: number, text: string) => void;
  readonly end: () => void;
} {
  let last = "";
  return {
    show: (percent, text) => {
      const whole = Math.max(0, Math.min(100, Math.floor(percent)));
      const filled = Math.round((whole / 100) * BAR_COLUMNS);
      const bar = "█".repeat(filled) + "░".repeat(BAR_COLUMNS - filled);
      const line = truncateToWidth(`${bar} ${String(whole).padStart(3)} %  ${safeLine(text)}`, terminal.width - 1);
      if (!terminal.watched || line === last) return;
      last = line;
      terminal.err(`${CLEAR_LINE}${line}`);
    },
    end: () => {
      if (last !== "") terminal.err(CLEAR_LINE);
    },
  };
}
