import type { Context as HonoContext, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";

import { AppError } from "../domain/errors.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates } from "./estates.ts";
import { csrfHolds, CSRF_HEADER, readSession, type SignedIn } from "./session.ts";
import { signedIn, viaOf } from "./sign-in.ts";

export type ChatEnv = { Variables: { session: SignedIn } };

const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"];
const JSON_BYTES_MAX = 64 * 1024;
const SAFE_METHODS = ["GET", "HEAD"];

/** Nothing from elsewhere, nothing inline, no frame around us. */
export function securityHeaders(https: boolean): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: ["'none'"],
    },
    crossOriginResourcePolicy: "same-origin",
    crossOriginOpenerPolicy: "same-origin",
    // Not no-referrer: browsers would then send `Origin: null` with our own POSTs.
    referrerPolicy: "same-origin",
    xFrameOptions: "DENY",
    strictTransportSecurity: https ? "max-age=31536000" : false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [] },
  });
}

/** Refuses requests that name another host: a page elsewhere that points its own name at this machine (DNS rebinding). */
export function hostAllowed(deps: Pick<HttpDeps, "publicHosts">): MiddlewareHandler {
  const allowed = new Set([...LOOPBACK_HOSTS, ...deps.publicHosts].map((host) => host.toLowerCase()));
  return async (c, next) => {
    if (!allowed.has(hostName(c.req.header("host") ?? ""))) {
      throw new AppError("forbidden", "This server does not answer under that host name.", {
        remedy: "Use http://localhost, or set server.publicUrl in finops.yaml.",
      });
    }
    await next();
  };
}

/** What changes something must come from our own page: by Origin and, where browsers say it, by Sec-Fetch-Site. */
export function originAllowed(): MiddlewareHandler {
  return async (c, next) => {
    const site = c.req.header("sec-fetch-site");
    const safe = SAFE_METHODS.includes(c.req.method);
    const origin = c.req.header("origin");
    const own = origin !== undefined && URL.canParse(origin) && new URL(origin).host === c.req.header("host");
    const elsewhere = site !== undefined && site !== "same-origin" && site !== "none";
    if (origin === undefined ? !safe : !own) throw notFromHere();
    if (!safe && elsewhere) throw notFromHere();
    await next();
  };
}

/** Puts the session on the request, or refuses; what changes something also needs the session's token. */
export function sessionNeeded(
  deps: Pick<HttpDeps, "sessionKey" | "access">,
  estates: Estates,
): MiddlewareHandler<ChatEnv> {
  return async (c, next) => {
    const given = readSession(c, deps.sessionKey, viaOf(deps.access));
    const session = given === null ? null : await signedIn(given, deps.access, estates);
    if (session === null) {
      throw new AppError("forbidden", "You are not signed in.", { remedy: "Load the page again and sign in." });
    }
    if (!SAFE_METHODS.includes(c.req.method) && !csrfHolds(c, session, deps.sessionKey)) {
      throw new AppError("forbidden", `The request carries no valid ${CSRF_HEADER}.`, {
        remedy: "Load the page again.",
      });
    }
    c.set("session", session);
    await next();
  };
}

export const jsonBodyLimit: MiddlewareHandler = bodyLimit({
  maxSize: JSON_BYTES_MAX,
  onError: (c) => tooLarge(c, JSON_BYTES_MAX),
});

export function tooLarge(c: HonoContext, bytesMax: number): Response {
  const error = {
    code: "limit",
    message: `That is more than the ${Math.floor(bytesMax / 1024).toLocaleString("en-US")} KB allowed here.`,
  };
  // What is still being sent is not read: this connection is of no more use.
  c.header("Connection", "close");
  return c.json({ error }, 413);
}

function notFromHere(): AppError {
  return new AppError("forbidden", "This request does not come from our own page.", { remedy: "Load the page again." });
}

/** `localhost:3000` → `localhost`, `[::1]:3000` → `[::1]`, lower case. */
function hostName(header: string): string {
  return header.replace(/:\d+$/, "").toLowerCase();
}
