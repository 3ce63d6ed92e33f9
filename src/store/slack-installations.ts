import type { Sql, SqlLike } from "./db.ts";

/** A workspace's installation; what is sealed stays so here. */
export type InstallationRow = {
  readonly teamId: string;
  /** The organisation it is part of, or is. */
  readonly enterpriseId: string | null;
  readonly sealed: Buffer;
  /** Seconds until the access token expires, on the database's clock; null = it does not. */
  readonly expiresInSeconds: number | null;
};

function columns(sql: SqlLike) {
  return sql.unsafe(
    `team_id as "teamId", enterprise_id as "enterpriseId", sealed, extract(epoch from expires_at - now())::float8 as "expiresInSeconds"`,
  );
}

export async function findInstallation(sql: SqlLike, teamId: string): Promise<InstallationRow | null> {
  const [row] = await sql<InstallationRow[]>`
    select ${columns(sql)} from slack_installation where team_id = ${teamId}`;
  return row ?? null;
}

export async function listInstalledTeams(
  sql: SqlLike,
): Promise<{ readonly team: string; readonly organisation: string | null }[]> {
  return sql<{ team: string; organisation: string | null }[]>`
    select team_id as team, enterprise_id as organisation from slack_installation order by installed_at`;
}

/** Workspaces whose token ends within so many seconds. */
export async function listExpiring(sql: SqlLike, withinSeconds: number): Promise<string[]> {
  const rows = await sql<{ teamId: string }[]>`
    select team_id as "teamId" from slack_installation
    where expires_at < now() + make_interval(secs => ${withinSeconds}) order by expires_at`;
  return rows.map(({ teamId }) => teamId);
}

export async function saveInstallation(
  sql: SqlLike,
  row: {
    readonly teamId: string;
    readonly enterpriseId: string | null;
    readonly sealed: Buffer;
    readonly expiresInSeconds: number | null;
  },
): Promise<void> {
  const { teamId, enterpriseId, sealed, expiresInSeconds } = row;
  await sql`
    insert into slack_installation (team_id, enterprise_id, sealed, expires_at)
    values (${teamId}, ${enterpriseId}, ${sealed}, now() + make_interval(secs => ${expiresInSeconds}))
    on conflict (team_id) do update set enterprise_id = excluded.enterprise_id, sealed = excluded.sealed,
      expires_at = excluded.expires_at, installed_at = now(), rotated_at = null`;
}

/**
 * Changes a token for its successor while nobody else may: refresh tokens are good for one use, so whoever waited for
 * the lock finds the new one and leaves it. `rotate` answers null when there is nothing to do (any more).
 */
export async function rotateLocked(
  sql: Sql,
  teamId: string,
  rotate: (
    row: InstallationRow,
  ) => Promise<{ readonly sealed: Buffer; readonly expiresInSeconds: number | null } | null>,
): Promise<void> {
  await sql.begin(async (tx) => {
    const [row] = await tx<InstallationRow[]>`
      select ${columns(tx)} from slack_installation where team_id = ${teamId} for update`;
    if (row === undefined) return;
    const next = await rotate(row);
    if (next === null) return;
    await tx`
      update slack_installation set sealed = ${next.sealed}, rotated_at = now(),
        expires_at = now() + make_interval(secs => ${next.expiresInSeconds})
      where team_id = ${teamId}`;
  });
}

/** The workspace removed the app: nothing of its tokens stays. */
export async function deleteInstallation(sql: SqlLike, teamId: string): Promise<boolean> {
  const rows = await sql`delete from slack_installation where team_id = ${teamId} returning 1`;
  return rows.length > 0;
}
