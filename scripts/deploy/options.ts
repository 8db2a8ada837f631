import { Option } from "commander";

/** Which environment a program works on. */
export function environmentOption(): Option {
  return new Option("--env <name>", "environment: a file in settings/ (MARQUEE_ENV, else dev)");
}

/** Second of two keys: it is said by a person, or by whom they trust, at the moment itself. */
export function secondKeyOption(): Option {
  return new Option("--second-key <project>", "the project's id, said once more").env(
    "MARQUEE_SECOND_KEY",
  );
}
