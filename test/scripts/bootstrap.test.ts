import { expect } from "chai";

import { asWord } from "../../jobs/command-line.ts";
import { stepsOf } from "../../scripts/bootstrap/steps.ts";
import { withFolder } from "../support/folder.ts";
import { runProgram } from "../support/program.ts";
import {
  type Answers,
  bootstrapped,
  complete,
  empty,
  lineOf,
  ownSettings,
} from "./bootstrap/fake-gcloud.ts";

/** Places of the commands that hold these words, in the order of the words. */
function placesOf(calls: readonly string[], ...words: string[]): number[] {
  return words.map((word) => {
    const place = calls.findIndex((call) => call.includes(word));
    expect(place, word).to.be.at.least(0);
    return place;
  });
}

describe("the bootstrap of an environment", () => {
  it("makes everything in an empty project, each thing behind what it needs", async () => {
    const settings = await ownSettings("prod");
    const { made, told, asked, error } = await bootstrapped(settings, empty(settings));
    expect(error).to.equal(undefined);
    expect(asked).to.deep.equal(["Make what is missing?"]);
    const order = placesOf(
      made,
      "gcloud services enable serviceusage.googleapis.com cloudresourcemanager.googleapis.com --project=films-prod",
      "cloudkms.googleapis.com cloudquotas.googleapis.com",
      "gcloud beta services identity create --service=dataproc.googleapis.com --project=films-prod",
      "bq --headless --project_id=films-prod show --encryption_service_account",
      "gcloud storage service-agent --project=films-prod",
      "gcloud storage buckets create gs://films-state --project=films-prod --location=us-central1 --uniform-bucket-level-access --public-access-prevention --soft-delete-duration=30d",
      "gcloud storage buckets update gs://films-state --versioning",
      "gcloud kms keyrings create marquee-prod-keys --location=us-central1 --project=films-prod",
      "gcloud iam workload-identity-pools create marquee-prod-github --location=global",
      "gcloud iam service-accounts create marquee-prod-deployer --project=films-prod",
      "--role=roles/storage.admin",
      "gcloud storage buckets add-iam-policy-binding gs://films-state",
      "gcloud billing accounts add-iam-policy-binding ABCDEF-123456-ABCDEF",
    );
    expect(order).to.deep.equal([...order].sort((a, b) => a - b));

    // The planner has no account yet: its two grants wait, and are all that does.
    expect(made).to.have.length(stepsOf(settings).length - 2);
    expect(made.join("\n")).not.to.include("planner");
    expect(told.filter((text) => text.startsWith("later"))).to.have.length(2);
    expect(told.at(-1)).to.equal(
      "After the first deploy, once more: npm run bootstrap -- --env prod",
    );
  });

  it("makes nothing of what is there", async () => {
    const settings = await ownSettings("prod");
    const { made, told, error } = await bootstrapped(settings, complete(settings));
    expect(error).to.equal(undefined);
    // Nobody can be asked about service agents; to ask for one again changes nothing.
    expect(made.map((call) => call.split(" ").slice(0, 3).join(" "))).to.deep.equal([
      "gcloud beta services",
      "bq --headless --project_id=films-prod",
      "gcloud storage service-agent",
    ]);
    expect(told.at(-1)).to.equal("Nothing was missing: films-prod is ready for Terraform.");

    const dev = await ownSettings("dev");
    expect((await bootstrapped(dev, complete(dev))).made).to.deep.equal([]);
  });

  it("makes the one thing that is missing", async () => {
    const settings = await ownSettings("dev");
    const { made } = await bootstrapped(settings, [
      ["value(versioning_enabled)", { stdout: "\n" }],
      ...complete(settings),
    ]);
    expect(made).to.deep.equal(["gcloud storage buckets update gs://films-state --versioning"]);
  });

  it("grants again what is there without its condition", async () => {
    const settings = await ownSettings("dev");
    const answers = complete(settings).map(([part, { stdout = "" }]): Answers[number] => [
      part,
      { stdout: stdout.replace("hasOnly", "hasMore") },
    ]);
    const { made } = await bootstrapped(settings, answers);
    expect(made).to.have.length(1);
    expect(made[0]).to.include("--role=roles/resourcemanager.projectIamAdmin");
  });

  it("leaves out what the settings do not ask for", async () => {
    const settings = await ownSettings("dev", { github: undefined, budget: undefined });
    const { calls } = await bootstrapped(settings, empty(settings));
    const all = calls.join("\n");
    for (const word of ["kms", "workload", "billing", "identity create", "bq "]) {
      expect(all, word).not.to.include(word);
    }
  });

  it("gives the planner its grants once it is there", async () => {
    const settings = await ownSettings("dev");
    const answers = empty(settings).filter(([part]) => part !== "service-accounts describe");
    const { made } = await bootstrapped(settings, answers);
    const ofPlanner = made.filter((call) => call.includes("planner"));
    expect(ofPlanner).to.deep.equal([
      "gcloud storage buckets add-iam-policy-binding gs://films-state --member=serviceAccount:marquee-dev-planner@films-dev.iam.gserviceaccount.com --role=roles/storage.objectViewer",
      "gcloud billing accounts add-iam-policy-binding ABCDEF-123456-ABCDEF --member=serviceAccount:marquee-dev-planner@films-dev.iam.gserviceaccount.com --role=roles/billing.viewer",
    ]);
  });

  it("makes the state bucket where it is told to", async () => {
    const settings = await ownSettings("dev");
    const here = await bootstrapped(settings, empty(settings));
    expect(here.told[0]).to.include("--state-project PROJECT");
    const { made, told } = await bootstrapped(settings, empty(settings), {
      stateProject: "films-state",
    });
    expect(told[0]).to.match(/gs:\/\/films-state would be in project films-state\.$/);
    expect(made.filter((call) => call.includes("--project=films-state"))).to.have.length(1);
  });

  it("stops at a step that fails, and says in one line which, why and what to do", async () => {
    const settings = await ownSettings("prod");
    const stderr = [
      "WARNING: something else",
      "ERROR: (gcloud.kms.keyrings.create) PERMISSION_DENIED: no right to make it.",
      "- '@type': type.googleapis.com/google.rpc.ErrorInfo",
    ].join("\n");
    const stopped = await bootstrapped(
      settings,
      [["keyrings create", { code: 1, stderr }], ...empty(settings)],
      { stateProject: "films-state" },
    );
    expect(lineOf(stopped)).to.equal(
      "Key ring marquee-prod-keys in us-central1, which can never be removed: ERROR: (gcloud.kms.keyrings.create) PERMISSION_DENIED: no right to make it. - '@type': type.googleapis.com/google.rpc.ErrorInfo. Once that is mended, npm run bootstrap -- --env prod --state-project films-state goes on from there",
    );
    expect(stopped.made.at(-1)).to.include("keyrings create");
    expect(stopped.made.filter((call) => call.includes("keyrings create"))).to.have.length(1);
  });

  it("takes no answer for one that says no", async () => {
    const settings = await ownSettings("dev");
    const stderr = "ERROR: (gcloud.storage.buckets.describe) 503: the service is unavailable.\n";
    const stopped = await bootstrapped(settings, [
      ["buckets describe", { code: 1, stderr }],
      ...empty(settings),
    ]);
    expect(lineOf(stopped)).to.match(/^State bucket gs:\/\/films-state: ERROR: .* 503/);
    expect(stopped.made.join("\n")).not.to.include("buckets");
  });

  it("is patient with what was just made", async () => {
    const settings = await ownSettings("dev");
    const stderr =
      "ERROR: INVALID_ARGUMENT: Service account marquee-dev-deployer does not exist.\n";
    const role = "add-iam-policy-binding films-dev";
    const late = await bootstrapped(settings, [
      [role, { code: 1, stderr, failures: 2 }],
      ...empty(settings),
    ]);
    expect(late.error).to.equal(undefined);
    const first = late.made.filter((call) => call.includes("roles/storage.admin"));
    expect(first).to.have.length(3);
    const never = await bootstrapped(settings, [[role, { code: 1, stderr }], ...empty(settings)]);
    expect(lineOf(never)).to.match(/^roles\/storage\.admin on the project for the deployer: /);
    expect(never.made.filter((call) => call.includes(role))).to.have.length(6);
  });

  it("makes nothing unless a person agrees", async () => {
    const settings = await ownSettings("dev");
    const answers = empty(settings);
    const refused = await bootstrapped(settings, answers, { person: false });
    expect(refused.told[0]).to.match(/^In project films-dev this makes what is not there yet:\n/);
    expect(refused.told.at(-1)).to.equal("Nothing was made.");
    const alone = await bootstrapped(settings, answers, { person: "absent" });
    expect(lineOf(alone)).to.match(/^there is no terminal to ask on.* --yes$/);
    expect([...refused.made, ...alone.calls]).to.deep.equal([]);
    const agreed = await bootstrapped(settings, answers, { person: "absent", isAgreed: true });
    expect(agreed.asked).to.deep.equal([]);
    expect(agreed.made).not.to.deep.equal([]);
  });

  it("says in one line that there is no gcloud", async () => {
    const settings = await ownSettings("dev");
    const without = await bootstrapped(settings, [], { hasGcloud: false });
    expect(lineOf(without)).to.match(
      /^there is no gcloud on the PATH\. Install .* gcloud auth login$/,
    );
    expect(without.told).to.deep.equal([]);
  });

  it("refuses a number that is another project's", async () => {
    const settings = await ownSettings("dev");
    const stopped = await bootstrapped(settings, [["projects describe", { stdout: "42\n" }]]);
    expect(lineOf(stopped)).to.equal(
      "settings/dev.yml says 123456789012, but the number of project films-dev is 42. Correct project.number there",
    );
    expect(stopped.calls).to.have.length(1);
  });

  it("prints the commands as a shell takes them, and runs none", async () => {
    const settings = await ownSettings("prod");
    const { calls, told, error } = await bootstrapped(settings, [], { isDryRun: true });
    expect({ calls, error }).to.deep.equal({ calls: [], error: undefined });
    const printed = told.flatMap((text) => text.split("\n")).filter((line) => !/^#/.test(line));
    const steps = stepsOf(settings);
    expect(printed).to.deep.equal(steps.map(({ make }) => make.map(asWord).join(" ")));
    expect(printed.join("\n")).to.include("'--description=Deploys main'");
  });
});

describe("npm run bootstrap", () => {
  it("refuses the settings that are shipped, and shows their commands", async () => {
    await withFolder(async (folder) => {
      const env = { ...process.env, PATH: folder };
      const refused = await runProgram("scripts/bootstrap.ts", ["--env", "dev", "--yes"], { env });
      expect(refused).to.deep.equal({
        code: 1,
        stdout: "",
        stderr:
          "error: settings/dev.yml still has the example's project.id, state_bucket, alert_email, dashboard_viewers, budget, github. Put your own there; budget and github may be left out\n",
      });
      const shown = await runProgram("scripts/bootstrap.ts", ["--env", "dev", "--dry-run"], {
        env,
      });
      expect({ code: shown.code, stderr: shown.stderr }).to.deep.equal({ code: 0, stderr: "" });
      expect(shown.stdout).to.match(/^# APIs that come first: .*\ngcloud services enable /);
    });
  });
});
