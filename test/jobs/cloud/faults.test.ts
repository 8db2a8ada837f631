import { expect } from "chai";

import { cloudOf } from "../../../jobs/cloud/cloud.ts";
import { cloudFault, faultKind } from "../../../jobs/cloud/faults.ts";
import { devWith } from "../../support/stacks.ts";

const cloud = cloudOf(await devWith());

const lineOf = (error: unknown): string =>
  cloudFault(error, { what: "asking", needs: "a role", on: "the bucket" }, cloud).line;

/** What a client of Google Cloud throws. */
const thrown = (message: string, more: object = {}): Error =>
  Object.assign(new Error(message), more);

describe("what Google Cloud says", () => {
  it("of an API that is not enabled leads to the command that enables it", () => {
    const error = thrown("BigQuery API has not been used in project 1 before", { code: 403 });
    expect(lineOf(error)).to.match(/\. Enable it with npm run bootstrap -- --env dev$/);
  });

  it("of a quota leads to the page where more is asked for", () => {
    const error = thrown("Quota exceeded: imports per table", {
      code: 403,
      errors: [{ reason: "quotaExceeded" }],
    });
    expect(lineOf(error)).to.equal(
      "asking: a quota of the project example-marquee-dev is used up (Quota exceeded: imports per table). Run again later, or ask for more at https://console.cloud.google.com/iam-admin/quotas?project=example-marquee-dev",
    );
  });

  for (const message of [
    "Custom quota exceeded: Your usage exceeded the custom quota for QueryUsagePerDay, which is set by your administrator.",
    "Quota exceeded: Your project exceeded quota for query usage per day",
  ]) {
    it(`of a bound of our own leads to its setting: ${message.slice(0, 30)}`, () => {
      for (const more of [{ code: 403, errors: [{ reason: "quotaExceeded" }] }, {}]) {
        expect(lineOf(thrown(message, more))).to.match(
          /is used up \(.*\)\. Run again tomorrow, or raise daily_query_gibibytes in settings\/dev\.yml and run npm run deploy -- --env dev$/,
        );
      }
    });
  }

  it("of one person's bound, which is none of ours, leads to the page", () => {
    const message = "Custom quota exceeded: the custom quota for QueryUsagePerUserPerDay";
    expect(lineOf(thrown(message))).to.match(/ask for more at https:\/\/console\.cloud/);
  });

  it("of a project that nobody names for quotas leads to the command that names one", () => {
    const message =
      "7 PERMISSION_DENIED: Your application is authenticating by using local Application Default Credentials. The dataproc.googleapis.com API requires a quota project, which is not set by default. SERVICE_DISABLED";
    expect(lineOf(thrown(message, { code: 7 }))).to.match(
      /\. Name it with gcloud auth application-default set-quota-project example-marquee-dev$/,
    );
  });

  it("of nothing at all is that it does not answer", () => {
    const url = "https://storage.googleapis.com/storage/v1/b/lake?key=secret";
    for (const error of [
      thrown(`network timeout at: ${url}`, { type: "request-timeout" }),
      thrown(`Response timeout while trying to fetch ${url} (over 30ms)`, { type: "body-timeout" }),
    ]) {
      expect(faultKind(error)).to.equal("unavailable");
      expect(lineOf(error)).to.equal(
        "asking: Google Cloud does not answer (no answer in time). Run again later",
      );
    }
    expect(faultKind(thrown(`network timeout at: ${url}`))).to.equal("unavailable");
    const cut = `Invalid response body while trying to fetch ${url}: Premature close`;
    expect(faultKind(thrown(cut, { code: "ERR_STREAM_PREMATURE_CLOSE" }))).to.equal("unavailable");
    expect(faultKind(thrown("Request Timeout", { code: 408 }))).to.equal("unavailable");
  });
});
