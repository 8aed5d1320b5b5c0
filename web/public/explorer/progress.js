/** The progress bar of a run that is under way. */
import { duration, figure } from "./format.js";

/** @param {{ box: HTMLElement, bar: HTMLProgressElement, text: HTMLElement }} elements */
export function progressView({ box, bar, text }) {
  return {
    start() {
      box.hidden = false;
      bar.removeAttribute("value");
      text.textContent = "Waiting for the first step…";
    },
    /** @param {any} event a run's event */
    show({ stage, type, round, fraction, objective, eta_ms, message }) {
      bar.value = fraction;
      const parts = [
        `${Math.round(fraction * 100)} %`,
        stage ?? type,
        round > 0 ? `round ${round + 1}` : null,
        objective === null ? null : `objective ${figure(objective)}`,
        eta_ms ? `${duration(eta_ms)} left` : null,
        message,
      ];
      text.textContent = parts.filter(Boolean).join(" · ");
    },
    end() {
      box.hidden = true;
    },
  };
}
