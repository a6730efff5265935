/**
 * Puts a popover beside what opened it: below if there is room, else above; in line with its end, else
 * with its start. By script, because style attributes are not allowed and anchors in CSS are too young.
 */
export function placeBeside(popover, anchor, { gap = 4, matchWidth = false } = {}) {
  const box = anchor.getBoundingClientRect();
  if (matchWidth) popover.style.setProperty('inline-size', `${box.width}px`);
  const { offsetWidth: width, offsetHeight: height } = popover;
  const { clientWidth, clientHeight } = document.documentElement;
  const isBelow = box.bottom + gap + height <= clientHeight || box.top < clientHeight - box.bottom;
  const isRtl = getComputedStyle(anchor).direction === 'rtl';
  const wanted = isRtl === matchWidth ? box.right - width : matchWidth || isRtl ? box.left : box.right - width;
  const x = Math.max(gap, Math.min(wanted, clientWidth - width - gap));
  const y = isBelow ? box.bottom + gap : Math.max(gap, box.top - gap - height);
  popover.style.setProperty('left', `${x}px`);
  popover.style.setProperty('top', `${y}px`);
}
