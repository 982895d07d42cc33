import { jsx } from "@emotion/react";
import { useEffect, useRef } from "react";

// Brings the last child to the top of the view whenever there is one more.
export function NewestInView({ count, children, ...rest }) {
  const box = useRef(null), shown = useRef(0);
  useEffect(() => {
    const isCalm = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
    // A conversation that is opened jumps to its end; a new question glides in.
    const behavior = isCalm || shown.current === 0 ? "auto" : "smooth";
    if (count > 0) box.current?.lastElementChild?.scrollIntoView({ block: "start", behavior });
    shown.current = count;
  }, [count]);
  return jsx("div", { ...rest, ref: box }, children);
}
