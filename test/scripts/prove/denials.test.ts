import { expect } from "chai";

import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import { deniedSpark } from "../../../scripts/prove/denials.ts";
import { usualOutside } from "../../../scripts/prove/outside.ts";
import { withOutside } from "../../support/cloud/outside.ts";
import { devWith } from "../../support/stacks.ts";
import { withVariables } from "../../support/variables.ts";

const spark = "marquee-dev-spark@example-marquee-dev.iam.gserviceaccount.com";
const take = `End the right to ask as it: \`gcloud iam service-accounts remove-iam-policy-binding ${spark} --project=example-marquee-dev --member="user:$(gcloud config get account)" --role=roles/iam.serviceAccountTokenCreator\``;
const give = take
  .replace("End the right to ask as it: ", "Before the next proof: ")
  .replace("remove-", "add-");

describe("the proof of what Spark is denied", () => {
  it("holds where Cloud Storage lets Spark's account do nothing", async () => {
    const cloud = cloudOf(await devWith());
    await withOutside(cloud, async (outside, _said, { requests }) => {
      expect(await deniedSpark(cloud, outside)).to.deep.equal({
        what: "Spark's account has no way into Terraform's state",
        holds: true,
        facts: [
          `Asked as ${spark} of gs://example-marquee-state`,
          "storage.objects.get: denied",
          "storage.objects.list: denied",
          "storage.objects.create: denied",
          take,
        ],
      });
      expect(requests.map(({ method, path }) => `${method} ${path}`)).to.deep.equal([
        `POST /v1/projects/-/serviceAccounts/${spark}:generateAccessToken`,
        "GET /storage/v1/b/example-marquee-state/iam/testPermissions",
      ]);
    });
  });

  it("does not hold where one thing is granted", async () => {
    const cloud = cloudOf(await devWith());
    await withOutside(cloud, async (outside, said) => {
      said.granted.push("storage.objects.get");
      const { holds, facts } = await deniedSpark(cloud, outside);
      expect(holds).to.equal(false);
      expect(facts).to.include.members([
        "storage.objects.get: GRANTED",
        "storage.objects.list: denied",
      ]);
    });
  });

  it("is not tried without the right to ask as it, and says how to get it and end it", async () => {
    const cloud = cloudOf(await devWith());
    await withOutside(cloud, async (outside, _said, server) => {
      const how = {
        status: 403,
        message: "Permission 'iam.serviceAccounts.getAccessToken' denied",
      };
      server.failNext(/generateAccessToken/, how);
      const { holds, facts } = await deniedSpark(cloud, outside);
      expect(holds).to.equal(undefined);
      expect(facts).to.have.length(4);
      expect(facts[0]).to.match(
        /^It could not be asked as marquee-dev-spark@.*: .*getAccessToken' denied/,
      );
      expect(facts[1]).to.match(
        /serviceAccountTokenCreator on that account, which does not come with roles.owner/,
      );
      expect(facts.slice(2)).to.deep.equal([give, take]);
    });
  });

  it("is not tried where Cloud Storage does not answer, for which no role is to blame", async () => {
    const cloud = cloudOf(await devWith({ stateBucket: "nobodys" }));
    await withOutside(cloud, async (outside, _said, server) => {
      server.failNext(/testPermissions/, { status: 404, message: "there is no such bucket" });
      const { holds, facts } = await deniedSpark(cloud, outside);
      expect(holds).to.equal(undefined);
      expect(facts).to.deep.equal(["gs://nobodys: there is no such bucket", take]);
    });
  });

  for (const variable of ["STORAGE_EMULATOR_HOST", "BIGQUERY_EMULATOR_HOST"]) {
    it(`leaves this machine neither for it nor for a plan where ${variable} names a double`, async () => {
      const cloud = cloudOf(await devWith());
      await withVariables({ [variable]: "http://127.0.0.1:9" }, async () => {
        const outside = usualOutside();
        const { holds, facts } = await deniedSpark(cloud, outside);
        expect(holds).to.equal(undefined);
        expect(facts).to.deep.equal([
          `${variable} names a double on this machine, so that Google Cloud is not asked. Unset it to prove an environment there`,
        ]);
        const plan = outside.plan("dev").catch(String);
        expect(await plan).to.match(/names a double on this machine/);
      });
    });
  }
});
