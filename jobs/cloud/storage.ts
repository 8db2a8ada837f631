import { Storage, type StorageOptions } from "@google-cloud/storage";

import type { Cloud } from "./cloud.ts";

/** A client of Cloud Storage for an environment's project. */
export function storageOf({ settings }: Cloud, options: StorageOptions = {}): Storage {
  const storage = new Storage({ projectId: settings.project.id, ...options });
  // With STORAGE_EMULATOR_HOST the client leaves the path out, without which emulators list nothing.
  storage.baseUrl = `${storage.apiEndpoint}/storage/v1`;
  return storage;
}
