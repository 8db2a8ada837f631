/** Everything that differs from one environment to another, validated and complete. */
export interface Settings {
  /** Name of the file that says it: dev, prod. */
  environment: string;
  project: { id: string; number: number };
  /** Of everything: bucket, datasets, keys and machines stand in the same place. */
  region: string;
  /** Begins the name of everything that is made. */
  prefix: string;
  /** Bucket of Terraform's state. */
  stateBucket: string;
  /** On every resource that can have labels, beside those that Marquee sets. */
  labels: Readonly<Record<string, string>>;
  /** First of two keys: whether Terraform is forbidden to replace or destroy what holds data. */
  protectData: boolean;
  customerManagedKeys: boolean;
  retention: {
    temporaryDays: number;
    replacedDays: number;
    rawToNearlineDays: number;
    droppedDays: number;
    scratchDays: number;
  };
  spark: {
    mode: "cluster" | "batch";
    cluster: ClusterSettings;
    batch: BatchSettings;
  };
  /** Bytes that all queries of the project may scan in a day, in GiB. */
  dailyQueryGibibytes: number;
  /** From how many gigabytes of files on only a table's touched months are loaded after a merge. */
  exchangeMonthsAboveGigabytes: number;
  /** Undefined where somebody else watches the bill. */
  budget: { billingAccount: string; monthly: number; currency: string } | undefined;
  alertEmail: string;
  /** As IAM writes them: group:..., user:..., domain:.... */
  dashboardViewers: readonly string[];
  /** Who may leave deliveries in the drop bucket: as above, or serviceAccount:.... */
  deliverers: readonly string[];
  /** Id of the report in Looker Studio that docs/looker-studio.md builds, once there is one. */
  lookerReport: string | undefined;
  /** Undefined where nothing is deployed from GitHub. */
  github: { ownerId: number; repositoryId: number } | undefined;
}

/** A Dataproc cluster. */
export interface ClusterSettings {
  /** Image of Dataproc, with the libraries that jobs need. */
  image: string;
  /** Without work for so long the cluster is deleted. */
  idleMinutes: number;
  machineType: string;
  /** 0 is a single node. */
  primaryWorkers: number;
  /** Most spot machines that autoscaling may add. */
  spotWorkers: number;
}

/** A serverless batch of Dataproc. */
export interface BatchSettings {
  runtime: string;
  driverCores: number;
  executorCores: number;
  executors: number;
}
