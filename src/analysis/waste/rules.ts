import { unusedCommitment } from "./commit-unused.ts";
import { idleProvisionedConcurrency } from "./compute-lambda-provisioned-idle.ts";
import { unusedCapacityReservation } from "./compute-reservation-odcr-unused.ts";
import { unlimitedCredits } from "./compute-t-unlimited-credits.ts";
import { oldGeneration } from "./compute-vm-old-generation.ts";
import { multiAzNonProduction } from "./db-multiaz-nonprod.ts";
import { extendedSupport } from "./db-version-extended-support.ts";
import { idleLoadBalancer } from "./net-lb-idle.ts";
import { unattachedIp } from "./net-ip-unattached.ts";
import { idleNat } from "./net-nat-idle.ts";
import { idleVpcEndpoint } from "./net-vpce-idle.ts";
import type { WasteRule } from "./rule.ts";
import { gp2ToGp3 } from "./storage-disk-gp2-to-gp3.ts";
import { magneticDisk } from "./storage-disk-magnetic-old.ts";
import { earlyDelete } from "./storage-snapshot-early-delete.ts";
import { fastSnapshotRestore } from "./storage-snapshot-fsr-enabled.ts";

/** Every rule there is. All are proven by the bill alone (confidence A of waste-rules §7). */
export const WASTE_RULES: readonly WasteRule[] = [
  unattachedIp,
  gp2ToGp3,
  magneticDisk,
  fastSnapshotRestore,
  earlyDelete,
  idleNat,
  idleLoadBalancer,
  idleVpcEndpoint,
  oldGeneration,
  unlimitedCredits,
  extendedSupport,
  multiAzNonProduction,
  idleProvisionedConcurrency,
  unusedCapacityReservation,
  unusedCommitment,
];
