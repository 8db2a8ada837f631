import { startEmulators } from "../emulators.ts";
import { type Front, startFront } from "./front.ts";

/** Doubles of Cloud Storage, BigQuery and Dataproc behind one address, in memory. */
export interface Doubles extends Front {
  /** Where the double of Cloud Storage listens itself: objects go there. */
  storage: string;
  stop: () => Promise<void>;
}

export async function startDoubles(): Promise<Doubles> {
  const emulators = await startEmulators();
  try {
    const front = await startFront(emulators);
    const stop = async () => {
      front.close();
      await emulators.stop();
    };
    return { ...front, storage: emulators.storage, stop };
  } catch (error) {
    await emulators.stop();
    throw error;
  }
}
