import { expect } from "chai";

import { bootstrapGrants } from "../../../scripts/bootstrap/deployer-roles.ts";
import { stepsOf } from "../../../scripts/bootstrap/steps.ts";
import type { Settings } from "../../../settings/settings.ts";
import { grantsOn } from "../../../stacks/grants.ts";
import { ownSettings } from "./fake-gcloud.ts";

describe("what the bootstrap grants", () => {
  const environments = ["dev", "prod"] as const;

  /** The lists of roles that a condition lets through. */
  function listsOf(settings: Settings): string[][] {
    const admin = bootstrapGrants(settings).filter(
      ({ role }) => role === "roles/resourcemanager.projectIamAdmin",
    );
    expect(admin).to.have.length(1);
    const call =
      /^api\.getAttribute\('iam\.googleapis\.com\/modifiedGrantsByRole', \[\]\)\.hasOnly\(\[('[\w/.-]+'(?:, '[\w/.-]+')*)\]\)$/;
    return admin[0]!.condition!.expression.split(" || ").map((part) => {
      const list = call.exec(part)?.[1];
      expect(list, part).to.be.a("string");
      return list!.split(", ").map((quoted) => quoted.slice(1, -1));
    });
  }

  for (const environment of environments) {
    it(`lets the deployer of ${environment} grant what the stacks grant, and no more`, async () => {
      const settings = await ownSettings(environment);
      const lists = listsOf(settings);
      const granted = [...new Set(grantsOn(settings, "project").map(({ role }) => role))].sort();
      expect(lists.flat()).to.deep.equal(granted);
      // More than ten in one list, IAM refuses.
      for (const list of lists) expect(list.length).to.be.within(1, 10);
      const commands = stepsOf(settings).map(({ make }) => make.join(" "));
      const [command] = commands.filter((each) => each.includes("projectIamAdmin"));
      expect(command).to.include(" --condition=^;^title=Only the roles of ");
      expect(command).to.include(`'${granted[0]!}'`);
    });

    it(`is no primitive role and no right to make tokens in ${environment}`, async () => {
      const settings = await ownSettings(environment);
      const commands = stepsOf(settings).flatMap(({ make }) => make);
      const forbidden =
        /roles\/(owner|editor|viewer)\b|tokenCreator|serviceAccountKeyAdmin|securityAdmin(?<!compute\.securityAdmin)/i;
      expect(commands.filter((word) => forbidden.test(word))).to.deep.equal([]);
      expect(bootstrapGrants(settings).every(({ why }) => why !== "")).to.equal(true);
    });
  }
});
