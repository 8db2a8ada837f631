import { expect } from "chai";

import { type Cloud, cloudOf } from "../../../jobs/cloud/cloud.ts";
import { bootstrapGrants } from "../../../scripts/bootstrap/deployer-roles.ts";
import { usualOutside } from "../../../scripts/prove/outside.ts";
import type { Point } from "../../../scripts/prove/report.ts";
import { hiddenStaging } from "../../../scripts/prove/viewers.ts";
import { emailOf, layers } from "../../../settings/names.ts";
import { grantsOn } from "../../../stacks/grants.ts";
import { type Stub, withStub } from "../../support/cloud/bigquery-stub.ts";
import { type Surroundings, withOutside } from "../../support/cloud/outside.ts";
import type { RecordingServer } from "../../support/cloud/recording-server.ts";
import { devWith } from "../../support/stacks.ts";

const viewer = "group:film-analysts@example.com";

type Access = Record<string, unknown>;

interface There {
  /** Each dataset's list, by its layer. */
  access: Record<(typeof layers)[number], Access[]>;
  /** The project's policy. */
  said: Surroundings;
  google: RecordingServer;
  bigquery: Stub;
}

/** Looks at an environment as it was deployed, and as a test has changed it. */
async function looked(
  change: (there: There) => void,
  dashboardViewers = [viewer],
): Promise<Pick<Point, "holds" | "facts">> {
  const cloud = cloudOf(await devWith({ dashboardViewers }));
  let point: Point | undefined;
  await withStub(async (bigquery) => {
    await withOutside(cloud, async (outside, said, google) => {
      const access = Object.fromEntries(
        layers.map((layer) => [layer, deployedAccess(cloud, layer)]),
      ) as There["access"];
      said.bindings.push(...deployedBindings(cloud));
      change({ access, said, google, bigquery });
      for (const layer of layers) {
        bigquery.datasets.set(cloud.names.datasets[layer], {
          location: cloud.settings.region,
          access: access[layer],
        });
      }
      point = await hiddenStaging(cloud, outside);
    });
  });
  return point!;
}

function deployedAccess({ settings }: Cloud, layer: (typeof layers)[number]): Access[] {
  return grantsOn(settings, `dataset ${layer}`).map(({ member, role }) => {
    const [kind = "", name = kind] = member.split(":");
    if (kind === "projectOwners") return { role, specialGroup: kind };
    if (kind === "domain") return { role, domain: name };
    return kind === "group" ? { role, groupByEmail: name } : { role, userByEmail: name };
  });
}

/** The grants of bootstrap and stacks, of whoever owns the project, and of Google's own accounts. */
function deployedBindings({ settings }: Cloud): Surroundings["bindings"] {
  const { number } = settings.project;
  return [
    ...grantsOn(settings, "project").map(({ role, member }) => ({ role, members: [member] })),
    ...bootstrapGrants(settings).map(({ role, to }) => ({
      role,
      members: [`serviceAccount:${emailOf(to, settings)}`],
    })),
    { role: "roles/owner", members: ["user:me@example.com"] },
    {
      role: "roles/editor",
      members: [
        `serviceAccount:${number}@cloudservices.gserviceaccount.com`,
        `serviceAccount:${number}-compute@developer.gserviceaccount.com`,
      ],
    },
  ];
}

describe("the proof of who is let into the data", () => {
  it("holds where viewers are let into the marts alone", async () => {
    const { holds, facts } = await looked(() => undefined);
    expect(holds, facts.join("\n")).to.equal(true);
    expect(facts).to.include.members([
      "marquee_dev_staging lets in serviceAccount:marquee-dev-runner@example-marquee-dev.iam.gserviceaccount.com as WRITER, serviceAccount:marquee-dev-deployer@example-marquee-dev.iam.gserviceaccount.com as OWNER, projectOwners as OWNER, as declared",
      "Looked at: the four datasets' own lists of access, and who has roles/bigquery.admin, roles/bigquery.dataEditor, roles/bigquery.dataOwner, roles/bigquery.dataViewer, roles/bigquery.studioAdmin, roles/editor, roles/owner, roles/viewer on the project. Not looked at: folders and the organisation above it, other roles, who is in a group, the lake's bucket",
    ]);
    expect(facts.join("\n")).to.match(
      /marquee_dev_marts lets in .*group:film-analysts\S+ as READER/,
    );
    expect(facts.join("\n")).to.include(
      "roles/owner on the project: user:me@example.com, who owns it",
    );
  });

  it("holds without viewers where nobody but the declared accounts is let in", async () => {
    const { holds, facts } = await looked(() => undefined, []);
    expect(holds, facts.join("\n")).to.equal(true);
    expect(facts[0]).to.equal("dashboard_viewers names nobody");
  });

  it("takes a role of IAM for what it is in a dataset's list, and letters for what they are", async () => {
    const { holds, facts } = await looked(({ access }) => {
      for (const entry of access.marts) {
        if (entry["role"] === "READER") entry["role"] = "roles/bigquery.dataViewer";
        if (entry["groupByEmail"] !== undefined)
          entry["groupByEmail"] = "Film-Analysts@example.com";
      }
    });
    expect(holds, facts.join("\n")).to.equal(true);
  });

  it("holds beside accounts that were deleted, which let nobody in", async () => {
    const gone = "deleted:serviceAccount:a@example.iam.gserviceaccount.com?uid=1";
    const { holds, facts } = await looked(({ access, said }) => {
      access.core.push({ role: "READER", iamMember: gone });
      said.bindings.push({ role: "roles/bigquery.admin", members: [gone] });
    });
    expect(holds, facts.join("\n")).to.equal(true);
  });

  const broken: [string, (there: There) => void, string, string[]?][] = [
    [
      "a viewer is let into another dataset",
      ({ access }) => access.core.push({ role: "READER", groupByEmail: viewer.slice(6) }),
      `marquee_dev_core lets in ${viewer} as READER, WHICH NOBODY DECLARES`,
    ],
    [
      "a viewer is not let into the marts",
      ({ access }) => access.marts.splice(0, 99, { role: "OWNER", specialGroup: "projectOwners" }),
      `marquee_dev_marts DOES NOT LET IN ${viewer} as READER`,
    ],
    [
      "a viewer may write",
      ({ access }) => access.marts.push({ role: "WRITER", groupByEmail: viewer.slice(6) }),
      `marquee_dev_marts lets in ${viewer} as WRITER, WHICH NOBODY DECLARES`,
    ],
    [
      "all readers of the project are let in",
      ({ access }) => access.ops.push({ role: "READER", specialGroup: "projectReaders" }),
      "marquee_dev_ops lets in projectReaders as READER, WHICH NOBODY DECLARES",
      [],
    ],
    [
      "a view is let in",
      ({ access }) => access.ops.push({ view: { tableId: "v" } }),
      'marquee_dev_ops lets in view {"tableId":"v"}, WHICH NOBODY DECLARES',
      [],
    ],
    [
      "a viewer reads all data of the project",
      ({ said }) => said.bindings.push({ role: "roles/bigquery.dataViewer", members: [viewer] }),
      `roles/bigquery.dataViewer on the project: ${viewer}, WHO IS TO SEE THE MARTS ALONE`,
    ],
    [
      "a viewer owns the project",
      ({ said }) => said.bindings.push({ role: "roles/owner", members: [viewer] }),
      `roles/owner on the project: ${viewer}, WHO IS TO SEE THE MARTS ALONE`,
    ],
    [
      "somebody else reads all data under a condition, where there are no viewers",
      ({ said }) =>
        said.bindings.push({
          role: "roles/viewer",
          members: ["user:else@example.com"],
          condition: { expression: "true" },
        }),
      "roles/viewer on the project: user:else@example.com, WHICH NOBODY DECLARES",
      [],
    ],
    [
      "everybody is an editor",
      ({ said }) =>
        said.bindings.push({ role: "roles/editor", members: ["allAuthenticatedUsers"] }),
      "roles/editor on the project: allAuthenticatedUsers, WHICH NOBODY DECLARES",
    ],
  ];
  for (const [name, change, fact, viewers] of broken) {
    it(`does not hold where ${name}`, async () => {
      const { holds, facts } = await looked(change, viewers);
      expect(facts).to.include(fact);
      expect(holds).to.equal(false);
    });
  }

  it("is not tried where the project's policy cannot be read", async () => {
    const { holds, facts } = await looked(({ google }) => {
      const message = "Permission 'resourcemanager.projects.getIamPolicy' denied";
      google.failNext(/getIamPolicy/, { status: 403, message });
    });
    expect(holds).to.equal(undefined);
    expect(facts.join("\n")).to.include(
      "The policy of the project example-marquee-dev could not be read: Permission 'resourcemanager.projects.getIamPolicy' denied",
    );
  });

  it("is not tried where a dataset cannot be read", async () => {
    const { holds, facts } = await looked(({ bigquery }) => {
      bigquery.failNext(/GET .*datasets\/marquee_dev_ops/, {
        status: 403,
        reason: "accessDenied",
        message: "Access Denied",
      });
    });
    expect(holds).to.equal(undefined);
    expect(facts.join("\n")).to.match(/^marquee_dev_ops could not be read: .*Access Denied/m);
  });

  it("does not hold, whatever was not tried, where something is wrong", async () => {
    const { holds } = await looked(({ google, access }) => {
      google.failNext(/getIamPolicy/, { status: 403 });
      access.core.push({ role: "READER", groupByEmail: viewer.slice(6) });
    });
    expect(holds).to.equal(false);
  });

  it("asks for the policy with its conditions", async () => {
    let requests: RecordingServer["requests"] = [];
    await looked(({ google }) => {
      ({ requests } = google);
    });
    expect(requests.map(({ body }) => body)).to.deep.equal([
      { options: { requestedPolicyVersion: 3 } },
    ]);
  });

  it("does not leave this machine where the run goes to doubles", async () => {
    const cloud = cloudOf(await devWith());
    await withStub(async () => {
      const { holds, facts } = await hiddenStaging(cloud, usualOutside());
      // The double's datasets have no list at all.
      expect(holds).to.equal(false);
      expect(facts.join("\n")).to.match(
        /could not be read: BIGQUERY_EMULATOR_HOST names a double on this machine/,
      );
    });
  });
});
