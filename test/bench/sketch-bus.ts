/** Where the sketch's events go, to be acknowledged. */
export const EVENT_SUBJECT = "sketch-event";
