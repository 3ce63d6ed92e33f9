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
import { unattachedIpAzure } from "./net-ip-unattached-azure.ts";
import { unattachedDisk } from "./storage-disk-unattached.ts";
import { stoppedLong } from "./compute-vm-stopped-long.ts";
import { ioToGp3 } from "./storage-disk-io-to-gp3.ts";
import { heavyNat } from "./net-nat-heavy.ts";
import { idleLoadBalancerAzureGcp } from "./net-lb-idle-azure-gcp.ts";
import { emptyDdosPlan } from "./net-ddos-empty-plan.ts";
import { idleVpnGateway } from "./net-vpn-idle-gateway.ts";
import { runsOffHours } from "./compute-vm-schedule-offhours.ts";
import { idleGpu } from "./compute-gpu-idle.ts";
import { coldBucket } from "./storage-bucket-cold.ts";
import { logsWithoutRetention } from "./logs-group-no-retention.ts";
import { idleDatabase } from "./db-instance-idle.ts";
import { provisionedTable } from "./db-dynamodb-provisioned.ts";
import { controlPlaneOnly } from "./k8s-control-plane-only.ts";
import { crossZoneTraffic } from "./net-crossaz-heavy.ts";
import { heavyLogIngestion } from "./logs-ingestion-heavy.ts";
import { bucketWithoutLifecycle } from "./storage-bucket-no-lifecycle.ts";
import { growingSnapshots } from "./storage-snapshot-growth.ts";
import { oldSnapshot } from "./storage-snapshot-old.ts";
import { addressesInUse } from "./net-ip-in-use.ts";
import { interRegionTraffic } from "./net-interregion-heavy.ts";
import { egressWithoutCdn } from "./net-egress-no-cdn.ts";
import { heavyMetrics } from "./logs-metrics-heavy.ts";
import { x86WhereArmExists } from "./compute-vm-graviton.ts";
import { littleSpot } from "./compute-spot-share.ts";
import { longBackups } from "./db-backup-retention-long.ts";
import { newService } from "./anomaly-new-service.ts";
import type { WasteRule } from "./rule.ts";
import { gp2ToGp3 } from "./storage-disk-gp2-to-gp3.ts";
import { magneticDisk } from "./storage-disk-magnetic-old.ts";
import { earlyDelete } from "./storage-snapshot-early-delete.ts";
import { fastSnapshotRestore } from "./storage-snapshot-fsr-enabled.ts";

/** Every rule there is: first what a bill proves (A), then what it hints at (B), then trends (C) of waste-rules §7. */
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

  unattachedIpAzure,
  unattachedDisk,
  stoppedLong,
  ioToGp3,
  heavyNat,
  idleLoadBalancerAzureGcp,
  emptyDdosPlan,
  idleVpnGateway,
  runsOffHours,
  idleGpu,
  coldBucket,
  logsWithoutRetention,
  idleDatabase,
  provisionedTable,
  controlPlaneOnly,
  crossZoneTraffic,
  heavyLogIngestion,

  bucketWithoutLifecycle,
  growingSnapshots,
  oldSnapshot,
  addressesInUse,
  interRegionTraffic,
  egressWithoutCdn,
  heavyMetrics,
  x86WhereArmExists,
  littleSpot,
  longBackups,
  newService,
];
