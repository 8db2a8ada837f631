import { expect } from "chai";

import {
  expectAllArrived,
  expectBalance,
  type SourceAccount,
} from "../../../jobs/prepare/account.ts";
import { failure } from "../../support/errors.ts";
import { tableOf } from "../../support/catalog.ts";

const account: SourceAccount = {
  source: "links",
  files: 1,
  bytes: 9,
  read: 10,
  kept: 6,
  superseded: 3,
  quarantined: 1,
  outsideMonths: 0,
};

describe("the account of a source", () => {
  it("balances, or fails the run", async () => {
    expectBalance(account);
    const lost = (): Promise<void> =>
      Promise.resolve().then(() => {
        expectBalance({ ...account, kept: 5 });
      });
    expect((await failure(lost(), "internal")).line).to.include("10 records read, but 5 kept");
  });

  it("has a row in staging for every record kept, or fails the run", async () => {
    const links = await tableOf("staging.links");
    expectAllArrived(links, 6, [account]);
    expectAllArrived(await tableOf("staging.movie_genres"), 99, [account]);
    const lost = (): Promise<void> =>
      Promise.resolve().then(() => {
        expectAllArrived(links, 5, [account]);
      });
    expect((await failure(lost(), "catalog")).line).to.include(
      "sql/staging/links.sql: 6 records were kept, but staging.links has 5 rows",
    );
  });
});
