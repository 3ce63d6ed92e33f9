import postgres from "postgres";

/** The raw client: SQL, COPY positions, pg-boss. Dates come back as text, numerics as strings. */
export type Sql = postgres.Sql<Record<string, unknown>>;
/** A raw client or a transaction of it. */
export type SqlLike = Sql | postgres.TransactionSql<Record<string, unknown>>;

export type Database = {
  readonly url: string;
  readonly sql: Sql;
  readonly close: () => Promise<void>;
};

const DATE_OID = 1082;
const TIMESTAMP_OIDS = [1114, 1184];
const CONNECT_TIMEOUT_S = 10;
/** Longest pause before a server that went away is tried again: by default 20 s, in which a chat would be dead. */
const RECONNECT_PAUSE_S_MAX = 1;

export type DatabaseOptions = {
  /** Most connections it opens. */
  readonly connectionsMax?: number;
  readonly applicationName?: string;
};

/** Opens the client lazily: nothing connects before the first statement. */
export function openDatabase(url: string, options: DatabaseOptions = {}): Database {
  const sql = postgres(url, {
    max: options.connectionsMax ?? 10,
    connect_timeout: CONNECT_TIMEOUT_S,
    backoff: (failures) => Math.min(RECONNECT_PAUSE_S_MAX, 3 ** failures / 100),
    onnotice: () => undefined,
    connection: { application_name: options.applicationName ?? "finops", TimeZone: "UTC" },
    types: {
      // Days stay text (domain/period.ts); a JS Date would shift them by the local zone.
      date: { to: DATE_OID, from: [DATE_OID], serialize: String, parse: String },
      timestamps: {
        to: TIMESTAMP_OIDS[1] ?? 1184,
        from: TIMESTAMP_OIDS,
        serialize: (value: Date | string) => (value instanceof Date ? value.toISOString() : value),
        parse: String,
      },
    },
  }) as unknown as Sql;
  return {
    url,
    sql,
    close: () => sql.end({ timeout: 5 }),
  };
}
