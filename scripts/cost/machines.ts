import type { PriceName, PriceTable } from "./prices.ts";

/** What one machine has, and costs while it is there. */
export interface Machine {
  vcpus: number;
  usdPerHour: number;
}

type Parts = [vcpu: PriceName, ram: PriceName];

const families: Readonly<Record<string, { usual: Parts; spot?: Parts }>> = {
  n2: { usual: ["n2_vcpu", "n2_ram"], spot: ["n2_spot_vcpu", "n2_spot_ram"] },
  e2: { usual: ["e2_vcpu", "e2_ram"] },
};

/** Gigabytes of memory beside each vCPU. */
const shapes: Readonly<Record<string, number>> = { standard: 4, highmem: 8, highcpu: 1 };

/** Above it machines have less memory than their shape says. */
const mostVcpus = 96;

/** A machine type, such as n2-standard-4; undefined where the table has no price for it. */
export function machineOf(
  type: string,
  { isSpot, table }: { isSpot: boolean; table: PriceTable },
): Machine | undefined {
  const [, family = "", shape = "", count = ""] = /^([a-z0-9]+)-([a-z]+)-(\d+)$/.exec(type) ?? [];
  const parts = families[family]?.[isSpot ? "spot" : "usual"];
  const [gigabytes, vcpus] = [shapes[shape], Number(count)];
  if (parts === undefined || gigabytes === undefined || vcpus > mostVcpus) return undefined;
  const [vcpu, ram] = parts.map((name) => table.prices[name].amount) as [number, number];
  return { vcpus, usdPerHour: vcpus * (vcpu + gigabytes * ram) };
}
