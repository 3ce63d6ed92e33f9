import { post } from "../lib/api.js";
import { byId } from "../lib/dom.js";

/** The way in where the page is not on one's own machine. `onSignedIn()` begins. */
export function wireLogin(onSignedIn) {
  byId("login").addEventListener("submit", async (event) => {
    event.preventDefault();
    byId("login-error").textContent = "";
    try {
      await post("/login", { name: byId("login-name").value, token: byId("login-token").value });
      byId("login-token").value = "";
      await onSignedIn();
    } catch (error) {
      byId("login-error").textContent = `${error.message} ${error.remedy ?? ""}`;
    }
  });
}

export function showLogin(shown) {
  byId("login-page").hidden = !shown;
  byId("app").hidden = shown;
  if (shown) byId("login-name").focus();
}
