/** What an answer depends on, as a key. Files count by their own address: a signature differs each time. */
import type { NamingSettings } from "./contract";
import { PROMPT_VERSION, type ShownCluster } from "./prompt";

/**
 * Lower-case hex SHA-256. The cluster's number, size and keywords are left out: clusters with the same representatives
 * have the same answer, as the contract says, whichever run they are of.
 */
export async function answerKey(cluster: ShownCluster, settings: NamingSettings): Promise<string> {
  const { provider, model, summary, keywords, customPrompt, shape, call } = settings;
  const about = [PROMPT_VERSION, provider, model, summary, keywords, customPrompt, shape, call];
  return sha256(JSON.stringify([about, cluster.samples, cluster.avoid]));
}

export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
