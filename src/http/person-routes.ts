import { Hono } from "hono";
import { z } from "zod";

import { ROLES } from "../domain/actor.ts";
import { AppError } from "../domain/errors.ts";
import { NOTIFY_LEVELS, THEMES } from "../domain/person.ts";
import { isTimeZone } from "../domain/time-zone.ts";
import { changeSettings } from "../service/change-settings.ts";
import { saveReadMarks } from "../store/read-marks.ts";
import type { HttpDeps } from "./deps.ts";
import type { Estates, OpenEstate } from "./estates.ts";
import { channelNameSchema, contextFor, messageIdSchema, readJson } from "./request.ts";
import { jsonBodyLimit, type ChatEnv } from "./security.ts";
import { writeSession } from "./session.ts";
import { LOCAL_PERSON, samplePeople } from "./sign-in.ts";

const MARKS_MAX = 50;

const roleSchema = z.object({ role: z.enum(ROLES) });
const personSchema = z.object({ id: z.string().min(1).max(80) });
const markSchema = z.object({ channel: channelNameSchema, thread: messageIdSchema.nullable(), upTo: messageIdSchema });
const readSchema = z.object({ marks: z.array(markSchema).max(MARKS_MAX) });
const settingsSchema = z.object({
  theme: z.enum(THEMES).optional(),
  notify: z.enum(NOTIFY_LEVELS).optional(),
  timeZone: z.string().refine(isTimeZone, "is no time zone").nullable().optional(),
});

/** Who one is and how one wants it: people and roles to try in the sample estate, settings, what was read. */
export function createPersonRoutes(deps: HttpDeps, estates: Estates): Hono<ChatEnv> {
  const routes = new Hono<ChatEnv>();
  const cookies = { key: deps.sessionKey, https: deps.https };
  routes.post("/role", jsonBodyLimit, async (c) => {
    await requireSample(deps, estates);
    const { role } = await readJson(c, roleSchema);
    const { scope: _scope, ...session } = c.get("session");
    // A role is tried out as oneself: a sample person has the role they have.
    writeSession(c, { ...session, personId: LOCAL_PERSON, role }, cookies);
    return c.json({ role });
  });
  routes.post("/person", jsonBodyLimit, async (c) => {
    const estate = await requireSample(deps, estates);
    const { id } = await readJson(c, personSchema);
    const { scope: _scope, ...session } = c.get("session");
    const person = (await samplePeople(estate)).find((one) => one.id === id);
    if (person === undefined && id !== LOCAL_PERSON) throw new AppError("not-found", "There is no such sample person.");
    writeSession(c, { ...session, personId: id, role: "admin" }, cookies);
    return c.json({ id });
  });
  routes.post("/settings", jsonBodyLimit, async (c) => {
    const session = c.get("session");
    const input = await readJson(c, settingsSchema);
    const channel = { name: `@${session.personId}`, scope: [] };
    const ctx = contextFor({ estate: await estates.current(), session, channel });
    return c.json({ preferences: await changeSettings({ ctx, input }) });
  });
  routes.post("/read", jsonBodyLimit, async (c) => {
    const { marks } = await readJson(c, readSchema);
    await saveReadMarks((await estates.current()).base.db.sql, { reader: c.get("session"), marks });
    return c.json({});
  });
  return routes;
}

/** Being somebody else is for the sample estate, on the machine itself. */
async function requireSample(deps: HttpDeps, estates: Estates): Promise<OpenEstate> {
  const estate = await estates.current();
  if (deps.access.kind === "loopback" && estate.name === "demo") return estate;
  throw new AppError("forbidden", "Roles and people can be tried out only in the sample estate, on this machine.", {
    remedy: "Admins give roles: people role NAME ROLE",
  });
}
