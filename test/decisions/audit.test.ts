import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { CHAIN_START, linkHash } from "../../src/domain/audit-event.ts";
import { auditCommand } from "../../src/bot/commands/audit.ts";
import { auditRefusedClick } from "../../src/service/audit-click.ts";
import { recommendationKey } from "../../src/service/recommendation-view.ts";
import { exportAudit, listAudit } from "../../src/service/export-audit.ts";
import { sealAudit } from "../../src/service/seal-audit.ts";
import { verifyAudit } from "../../src/service/verify-audit.ts";
import { appendAudit, type NewAuditEvent } from "../../src/store/audit.ts";
import { sealPending } from "../../src/store/audit-chain.ts";
import type { SqlLike } from "../../src/store/db.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aFinding, approve, estate, propose, type Estate } from "./estate.ts";

let db: TestDatabase;
let all: Estate;
let dataDir: string;
beforeEach(async () => {
  db = await createTestDatabase({ connectionsMax: 12 });
  dataDir = await mkdtemp(join(tmpdir(), "finops-audit-"));
  all = estate(db, { dataDir });
});
afterEach(async () => {
  await db.close();
  await rm(dataDir, { recursive: true, force: true });
});

const event = (note: string): NewAuditEvent => ({
  action: "recommendation.comment",
  subject: "waste_000000000001",
  actor: { kind: "user", id: "ana", name: "Ana", role: "approver" },
  outcome: "done",
  reason: null,
  details: { note },
});
const append = async (count: number) => {
  for (let index = 0; index < count; index += 1) await appendAudit(db.sql, [event(`remark ${index}`)]);
};
const verify = () => verifyAudit({ ctx: all.system, input: { anchors: null } });
const kinds = async () => (await verify()).problems.map((problem) => `${problem.kind} ${problem.position}`);
const anchor = () => sealAudit({ ctx: all.system, input: { anchor: true } });
/** What an administrator can do: switch the triggers off. */
const asAdministrator = (act: (tx: SqlLike) => Promise<unknown>) =>
  db.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await act(tx);
  });

describe("the trail", () => {
  test("is linked in order, and says what is not linked yet", async () => {
    await append(5);
    expect(await verify()).toMatchObject({ intact: true, sealed: 0, unsealed: 5 });
    expect(await sealPending(db.sql)).toBe(5);
    await append(1);
    expect(await verify()).toMatchObject({ intact: true, sealed: 5, unsealed: 1 });
  });

  test("refuses changes", async () => {
    await append(2);
    await sealPending(db.sql);
    for (const statement of [
      "update audit_event set actor_id = 'bo'",
      "delete from audit_event",
      "truncate audit_event cascade",
      "update audit_seal set position = 9",
      "delete from audit_seal",
    ]) {
      await expect(db.sql.unsafe(statement)).rejects.toThrow(/append-only/);
    }
  });

  test("is one chain however many processes seal and write at once", async () => {
    const writer = async (name: string) => {
      for (let index = 0; index < 15; index += 1) {
        await db.sql.begin((tx) => appendAudit(tx, [event(`${name} ${index}`)]));
        await sealPending(db.sql);
      }
    };
    await Promise.all(["a", "b", "c", "d"].map(writer));
    expect(await verify()).toMatchObject({ intact: true, sealed: 60, unsealed: 0 });
    const lines = await listAudit({ ctx: all.system, input: { subject: null, beforeId: null, limit: 100 } });
    const ordered = [...lines].sort((x, y) => Number(x.position) - Number(y.position));
    for (const name of ["a", "b", "c", "d"]) {
      const own = ordered.map((line) => line.details["note"] as string).filter((note) => note.startsWith(name));
      expect(own).toEqual(Array.from({ length: 15 }, (_, index) => `${name} ${index}`));
    }
  });

  test("links a transaction that commits late, later; and never one that rolls back", async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let written: () => void = () => undefined;
    const isWritten = new Promise<void>((resolve) => {
      written = resolve;
    });
    const late = db.sql.begin(async (tx) => {
      await appendAudit(tx, [event("late")]);
      written();
      await held;
    });
    await isWritten;
    await append(2);
    const failed = db.sql.begin(async (tx) => {
      await appendAudit(tx, [event("never")]);
      throw new Error("rolled back");
    });
    await expect(failed).rejects.toThrow("rolled back");
    expect(await sealPending(db.sql)).toBe(2);
    release();
    await late;
    expect(await sealPending(db.sql)).toBe(1);
    expect(await verify()).toMatchObject({ intact: true, sealed: 3, unsealed: 0 });
  });
});

describe("tampering is found", () => {
  beforeEach(async () => {
    await append(6);
    await sealPending(db.sql);
  });

  test("with the bytes of any row", async () => {
    for (const position of [1, 2, 3, 4, 5, 6]) {
      const flip = () =>
        asAdministrator(
          (tx) => tx`update audit_event set bytes = set_byte(bytes, 20, get_byte(bytes, 20) # 1)
            where id = (select event_id from audit_seal where position = ${position})`,
        );
      await flip();
      expect(await kinds()).toEqual([`broken ${position}`]);
      await flip();
    }
    expect(await kinds()).toEqual([]);
  });

  test("with any column", async () => {
    const [honest] = await db.sql`select action, subject, actor_id, outcome from audit_event where id = 3`;
    for (const [column, value] of Object.entries({
      action: "recommendation.undo",
      subject: "x",
      actor_id: "bo",
      outcome: "refused",
    })) {
      const set = (to: string) =>
        asAdministrator((tx) => tx`update audit_event set ${tx({ [column]: to })} where id = 3`);
      await set(value);
      expect(await kinds()).toEqual(["broken 3"]);
      await set(String(honest?.[column]));
    }
    expect(await kinds()).toEqual([]);
  });

  test("with a row taken out of the middle", async () => {
    await asAdministrator(async (tx) => {
      await tx`delete from audit_seal where position = 3`;
      await tx`delete from audit_event where id = 3`;
    });
    expect(await kinds()).toEqual(["broken 4"]);
  });

  test("with the event removed and its link left", async () => {
    await asAdministrator((tx) => tx`delete from audit_event where id = 3`);
    expect(await kinds()).toEqual(["broken 3"]);
  });

  test("with two rows exchanged", async () => {
    await asAdministrator(async (tx) => {
      const bytes = await tx<{ id: string; bytes: Uint8Array }[]>`
        select id::text as id, bytes from audit_event where id in (3, 4) order by id`;
      await tx`update audit_event set bytes = ${bytes[1]?.bytes ?? null} where id = 3`;
      await tx`update audit_event set bytes = ${bytes[0]?.bytes ?? null} where id = 4`;
    });
    expect(await kinds()).toEqual(["broken 3"]);
  });

  test("with the tail cut off", async () => {
    await asAdministrator(async (tx) => {
      await tx`delete from audit_seal where position > 4`;
      await tx`delete from audit_event where id > 4`;
    });
    expect(await kinds()).toEqual(["missing-tail 5"]);
  });

  test("with an event taken out of the sealer's list", async () => {
    await append(1);
    await db.sql`delete from audit_unsealed`;
    expect(await kinds()).toEqual(["lost-event null"]);
  });

  test("with the tail cut off and the head set back: by the anchor", async () => {
    await anchor();
    await asAdministrator(async (tx) => {
      await tx`delete from audit_seal where position > 4`;
      await tx`delete from audit_event where id > 4`;
      await tx`update audit_head set position = 4, hash = (select hash from audit_seal where position = 4)`;
    });
    expect(await kinds()).toEqual(["anchor-ahead 6"]);
  });

  test("with the whole chain written anew: by the anchor, and by nothing else", async () => {
    await anchor();
    await asAdministrator(async (tx) => {
      await tx`update audit_event set bytes = convert_to(replace(convert_from(bytes, 'UTF8'), 'remark 2', 'remark X'), 'UTF8')`;
      await rewriteChain(tx);
    });
    expect(await kinds()).toEqual(["anchor-mismatch 6"]);
    // The next day's anchor, of the chain as it is now, does not stand in for the one before it.
    await anchor();
    expect(await kinds()).toEqual(["anchor-mismatch 6"]);
    await rm(join(dataDir, "audit-anchors.jsonl"));
    expect(await kinds()).toEqual([]);
  });

  async function rewriteChain(tx: SqlLike): Promise<void> {
    const rows = await tx<{ position: string; id: string; bytes: Uint8Array }[]>`
      select s.position::text as position, e.id::text as id, e.bytes from audit_seal s join audit_event e on e.id = s.event_id
      order by s.position`;
    let hash = CHAIN_START;
    for (const row of rows) {
      hash = linkHash(hash, BigInt(row.position), BigInt(row.id), row.bytes);
      await tx`update audit_seal set hash = ${Buffer.from(hash)} where position = ${row.position}::bigint`;
    }
    await tx`update audit_head set hash = ${Buffer.from(hash)}`;
  }
});

describe("reading", () => {
  const azure = [{ dimension: "provider" as const, negated: false, values: ["azure"] }];

  test("a scoped reader sees lines about what the scope covers, and nothing else", async () => {
    const other = aFinding({ id: "waste_000000000002", resource: "vm-2", provider: "azure" });
    await propose(all, [aFinding(), other]);
    await approve(all.as("ana"), null, { id: "waste_unknown" });
    const seen = async (ctx: typeof all.system) =>
      (await listAudit({ ctx, input: { subject: null, beforeId: null, limit: 100 } })).map((line) => line.subject);
    expect(await seen(all.system)).toEqual(["waste_unknown", "waste_000000000002", "waste_000000000001"]);
    expect(await seen(all.as("al", "analyst", azure))).toEqual(["waste_000000000002"]);
    await expect(seen(all.as("vi", "viewer"))).rejects.toThrow(/role analyst/);
    const foreign = { subject: "waste_000000000001", beforeId: null, limit: 10 };
    expect(await listAudit({ ctx: all.as("al", "analyst", azure), input: foreign })).toEqual([]);
  });

  test("about one recommendation also says which clicks on its card were refused", async () => {
    const id = "waste_000000000001";
    await propose(all, [aFinding()]);
    const command = `recs approve ${id}`;
    await auditRefusedClick({ ctx: all.as("bo"), input: { card: recommendationKey(id), command, reason: "stale" } });
    const lines = await listAudit({ ctx: all.system, input: { subject: id, beforeId: null, limit: 10 } });
    expect(lines.map(({ action, reason }) => [action, reason])).toEqual([
      ["card.act", "stale"],
      ["recommendation.propose", null],
    ]);
  });

  test("goes on with older lines, and in a chat a file goes to whoever asked, as long as it is", async () => {
    await appendAudit(
      db.sql,
      Array.from({ length: 60 }, (_, index) => event(`remark ${index}`)),
    );
    const chat = { ...all.as("al", "analyst"), channel: "finops" };
    const { card } = await auditCommand.run({ ctx: chat, text: "" });
    const [, older] = card.actions;
    if (older?.kind !== "button") throw new Error("no older lines are offered");
    const rest = await auditCommand.run({ ctx: chat, text: older.command.replace("audit", "") });
    expect(rest.data).toMatchObject({ events: { length: 10 } });
    await db.sql`insert into principal (id, handle, name, origin) values ('al', 'al', 'Al', 'chat')`;
    const sent = await auditCommand.run({ ctx: chat, text: "--export csv" });
    expect(sent.data).toEqual({ lines: 60, before: null });
    const [file] = await db.sql<{ channel: string; text: string }[]>`
      select channel, file ->> 'text' as text from outbox where kind = 'upload'`;
    expect(file?.channel).toBe("@al");
    expect(file?.text.trimEnd().split("\r\n")).toHaveLength(61);
    const big = "x".repeat(900);
    await appendAudit(
      db.sql,
      Array.from({ length: 1_500 }, () => event(big)),
    );
    const { data } = await auditCommand.run({ ctx: chat, text: "--export json" });
    const { lines, before } = data as { lines: number; before: string };
    expect(lines).toBeLessThan(1_500);
    const next = await listAudit({ ctx: chat, input: { subject: null, beforeId: before, limit: 2_000 } });
    expect(next.length + lines).toBeGreaterThanOrEqual(1_000);
    await expect(auditCommand.run({ ctx: chat, text: "--verify --anchors /etc/passwd" })).rejects.toThrow(
      /terminal alone/,
    );
  });

  test("an export holds every line over all pages, and no formula", async () => {
    await appendAudit(
      db.sql,
      Array.from({ length: 1_203 }, (_, index) => event(`remark ${index}`)),
    );
    await appendAudit(db.sql, [{ ...event("x"), actor: { kind: "user", id: "=1+1", name: "n", role: "viewer" } }]);
    await sealPending(db.sql);
    const { path, lines } = await exportAudit({ ctx: all.system, input: { format: "csv" } });
    expect(lines).toBe(1_204);
    const rows = (await readFile(path, "utf8")).trimEnd().split("\r\n");
    expect(rows).toHaveLength(1_205);
    expect(rows[1]).toContain(",'=1+1,");
    const json = await exportAudit({ ctx: all.system, input: { format: "json" } });
    const text = (await readFile(json.path, "utf8")).trimEnd().split("\n");
    expect(text.map((line) => (JSON.parse(line) as { details: { note: string } }).details.note)[1]).toBe("remark 1202");
  });
});
