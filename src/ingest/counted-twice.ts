import { OVERLAP_REMEDY, overlappingMonths, overlapText } from "../store/batches-overlap.ts";
import type { DeliveryKey } from "../store/batches.ts";
import type { Sql } from "../store/db.ts";

/** Why a delivery would count charges twice; null when it would not. Looked at again in the flip. */
export async function countedTwice(sql: Sql, provider: string, key: DeliveryKey): Promise<string | null> {
  const others = await overlappingMonths(sql, provider, key);
  const [kept] = others.filter(({ handedOver }) => !handedOver);
  return kept === undefined ? null : `${overlapText(key, kept)} ${OVERLAP_REMEDY}`;
}
