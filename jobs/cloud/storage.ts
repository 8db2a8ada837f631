import { Storage, type StorageOptions } from "@google-cloud/storage";

import type { Cloud } from "./cloud.ts";
import { doubleOf } from "./double.ts";

/**
 * A client of Cloud Storage for an environment's project; with STORAGE_EMULATOR_HOST it goes to a
 * double.
 */
export function storageOf({ settings }: Cloud, options: StorageOptions = {}): Storage {
  doubleOf("STORAGE_EMULATOR_HOST");
  const storage = new Storage({ projectId: settings.project.id, ...options });
  // With STORAGE_EMULATOR_HOST the client leaves the path out, without which emulators list nothing.
  storage.baseUrl = `${storage.apiEndpoint}/storage/v1`;
  return storage;
}
