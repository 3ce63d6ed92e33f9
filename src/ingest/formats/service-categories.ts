import { quoteText } from "./sql-text.ts";

/**
 * FOCUS ServiceCategory of the services native exports name, by the words the export itself uses (AWS product code,
 * Azure MeterCategory, Google service description, Oracle service), in lower case, parted by `|` or a new line.
 * What is not listed is "Other".
 */
type Categories = Readonly<Record<string, string>>;

export const AWS_SERVICES: Categories = {
  Compute: `
    amazonec2 | awslambda | amazonecs | amazoneks | amazonecr | amazonecrpublic | awsbatch | amazonlightsail
    awsapprunner | awselasticbeanstalk | computesavingsplans | savingsplans | awsoutposts | ec2imagebuilder
  `,
  Storage: "amazons3 | amazonglacier | amazonefs | amazonfsx | awsbackup | awsstoragegateway | awsdatasync",
  Databases: `
    amazonrds | amazondynamodb | amazonelasticache | amazonredshift | amazondocdb | amazonneptune
    amazonmemorydb | amazontimestream | amazonkeyspaces | amazonmcs | amazondax | databasesavingsplans
  `,
  Networking: `
    amazonvpc | amazoncloudfront | amazonroute53 | awselb | awsdatatransfer | awsdirectconnect
    awsglobalaccelerator | amazonapigateway | awstransitgateway | awsappmesh | awscloudmap | awsprivatelink
  `,
  Analytics: `
    amazonathena | elasticmapreduce | awsglue | amazonkinesis | amazonkinesisfirehose | amazonkinesisanalytics
    amazonquicksight | amazones | amazonmsk | awslakeformation | awsdataexchange
  `,
  "AI and Machine Learning": `
    amazonsagemaker | amazonbedrock | amazonrekognition | comprehend | translate | transcribe | amazonpolly
    amazonlex | amazontextract | amazonkendra | machinelearningsavingsplans | amazonq
  `,
  Integration: "awsqueueservice | amazonsns | awsevents | amazonmq | amazonstates | awsappsync | amazonses",
  Security: `
    awskms | awswaf | awsshield | amazonguardduty | amazoninspector | amazoninspectorv2 | amazonmacie
    awssecurityhub | awssecretsmanager | awscertificatemanager | awsnetworkfirewall | amazondetective
  `,
  Identity: "awsdirectoryservice | amazoncognito | awsiam | amazonclouddirectory",
  "Management and Governance": `
    amazoncloudwatch | awscloudtrail | awsconfig | awssystemsmanager | awsservicecatalog | awscloudformation
    awssupportbusiness | awssupportenterprise | awssupportdeveloper | awscostexplorer | awsxray | amazongrafana
    amazonprometheus
  `,
  "Developer Tools": "awscodebuild | awscodepipeline | awscodecommit | awscodeartifact | awscodedeploy",
  Migration: "awsdatabasemigrationsvc | awstransfer | awsmigrationhub | awssnowball",
  "Business Applications": "amazonworkspaces | amazonconnect | amazonworkmail | amazonchime | amazonworkdocs",
  "Internet of Things": "awsiot | awsiotanalytics | awsiotdevicemanagement | awsgreengrass",
  Media: "awselementalmediaconvert | awselementalmedialive | amazonivs | amazoninteractivevideoservice",
};

export const AZURE_SERVICES: Categories = {
  Compute: `
    virtual machines | virtual machines licenses | azure kubernetes service | container instances
    azure container apps | container registry | functions | cloud services | azure vmware solution | batch
    azure app service | virtual machine scale sets | azure red hat openshift | service fabric
  `,
  Storage: "storage | azure netapp files | backup | data lake store | azure hpc cache | managed disks",
  Databases: `
    sql database | sql managed instance | azure database for mysql | azure database for postgresql
    azure database for mariadb | azure cosmos db | redis cache | azure cache for redis | sql server
    azure synapse analytics | sql data warehouse
  `,
  Networking: `
    bandwidth | virtual network | load balancer | application gateway | vpn gateway | expressroute
    content delivery network | azure front door service | azure firewall | azure dns | traffic manager
    network watcher | nat gateway | virtual wan | azure bastion | private link
  `,
  Analytics: `
    azure databricks | azure data factory | azure data factory v2 | hdinsight | stream analytics
    azure data explorer | power bi embedded | azure analysis services | microsoft fabric | azure purview
  `,
  "AI and Machine Learning": `
    azure machine learning | cognitive services | azure openai | azure openai service | azure cognitive search
    azure bot service | foundry models | azure ai services
  `,
  Integration: "service bus | event hubs | event grid | logic apps | api management | notification hubs",
  Security: `
    key vault | advanced threat protection | microsoft defender for cloud | advanced data security | sentinel
    azure ddos protection | security center | microsoft sentinel
  `,
  Identity: "azure active directory | azure active directory b2c | microsoft entra id",
  "Management and Governance": `
    log analytics | azure monitor | automation | application insights | azure site recovery | azure policy
    azure grafana service | azure arc | support
  `,
  "Developer Tools": "azure devops | visual studio subscription | azure app configuration | github",
  "Internet of Things": "iot hub | azure iot central | digital twins",
  Web: "azure maps | azure static web apps | signalr",
  Media: "media services",
};

export const GCP_SERVICES: Categories = {
  Compute: `
    compute engine | kubernetes engine | cloud run | cloud functions | cloud run functions | app engine
    vmware engine | artifact registry | container registry | batch
  `,
  Storage: `
    cloud storage | filestore | cloud filestore | backup and dr service | backup for gke | netapp volumes
  `,
  Databases: `
    cloud sql | cloud spanner | cloud bigtable | cloud firestore | firestore | cloud memorystore for redis
    alloydb | cloud memorystore for memcached | firebase realtime database
  `,
  Networking: `
    networking | cloud dns | cloud cdn | cloud load balancing | cloud nat | cloud vpn | cloud interconnect
    network intelligence center | cloud armor | traffic director
  `,
  Analytics: `
    bigquery | bigquery storage api | bigquery reservation api | cloud dataflow | cloud dataproc | dataproc
    cloud composer | looker | cloud data fusion | bigquery bi engine | dataplex | cloud pub/sub lite
  `,
  "AI and Machine Learning": `
    vertex ai | cloud vision api | cloud natural language api | cloud translation api | cloud speech api
    dialogflow | gemini api | cloud machine learning engine | cloud document ai api | translate
  `,
  Integration: "cloud pub/sub | cloud tasks | eventarc | cloud scheduler | workflows | application integration",
  Security: `
    cloud key management service (kms) | secret manager | security command center
    certificate authority service | recaptcha enterprise | cloud ids | cloud dlp
  `,
  Identity: "identity platform | managed service for microsoft active directory | cloud identity",
  "Management and Governance": `
    cloud logging | cloud monitoring | stackdriver logging | stackdriver monitoring | cloud trace | support
    cloud asset inventory
  `,
  "Developer Tools": "cloud build | cloud source repositories | cloud workstations | cloud deploy",
  Migration: "database migration service | transfer service | migrate to virtual machines",
  Web: "maps api | places api | firebase hosting | firebase",
};

export const OCI_SERVICES: Categories = {
  Compute: "compute | functions | container engine | oke | container_instances | vmware",
  Storage: "block_storage | objectstore | object_storage | file_storage | archive_storage | fss",
  Databases: "database | mysql | nosql | autonomous_database | postgresql | opensearch | redis",
  Networking: "network | load_balancer | load balancer | lbaas | fastconnect | dns | vpn | nlb",
  Analytics: "analytics | data_flow | big_data | data_integration | data_catalog | golden_gate",
  "AI and Machine Learning": "data_science | generative_ai | ai_services | ai_language | ai_vision",
  Integration: "oracle_streaming_service | streaming | queue | notifications | integration | api_gateway",
  Security: "kms | vault | waf | cloud_guard | data_safe | key_management",
  Identity: "identity",
  "Management and Governance": "telemetry | logging | monitoring | log_analytics | apm | operations_insights",
  "Developer Tools": "devops | visual_builder",
};

/** ServiceCategory of a service word (VARCHAR expression); "Other" when it is not listed, null when it is null. */
export function serviceCategorySql(service: string, categories: Categories): string {
  const whens = Object.entries(categories).map(([category, names]) => {
    const words = names.split(/[|\n]/).map((name) => name.trim());
    const list = words.filter((name) => name !== "").map(quoteText);
    return `when lower(${service}) in (${list.join(", ")}) then ${quoteText(category)}`;
  });
  return `case when ${service} is null then null ${whens.join(" ")} else 'Other' end`;
}
