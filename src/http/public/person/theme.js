const KEY = "finops-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
let wasDark = isDark();

/** auto, light or dark (`settings theme`). Kept in the browser too, so that the next page begins in it (lib/early.js). */
export function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  localStorage.setItem(KEY, theme);
  changed();
}

export function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme === "dark" || (theme !== "light" && system.matches);
}

/** Tells pictures, and the browser's own frame. */
function changed() {
  document.querySelector('meta[name="theme-color"]').content = isDark() ? "#0b0d11" : "#f6f7f9";
  if (isDark() !== wasDark) document.dispatchEvent(new Event("finops-theme"));
  wasDark = isDark();
}

changed();
system.addEventListener("change", changed);
