/** Key and namespace for as long as the tab is open: a key does not belong in lasting storage. */

const NAME = "shoal.credentials";

/** @returns {{ key: string, namespace: string } | null} */
export function savedCredentials() {
  try {
    const { key, namespace } = JSON.parse(sessionStorage.getItem(NAME) ?? "null") ?? {};
    return key && namespace ? { key, namespace } : null;
  } catch {
    return null;
  }
}

/** Where storage is closed to the page, the fields have to be filled in again after a reload. */
export function saveCredentials({ key, namespace }) {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ key, namespace }));
  } catch {
    // said above
  }
}
