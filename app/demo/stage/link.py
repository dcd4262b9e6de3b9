"""Link: one Ethernet link between lagoond's interface and the partner's, made to be broken.

    near (va0) [veth] ma0 <-- spliced by tc --> mb0 [veth] far (vb0)

A middle interface that goes down takes the carrier of its end away; a splice that is taken out lets the frames of
one direction vanish while the carrier stays.
"""

import time

from . import rtnetlink


FIRST_NUMBER = 100


class Link:
    def __init__(self, index, sockets, ends):
        """`ends` gives (side, end) of each end that is to be told of its carrier: those who are there by now."""
        self.index = index
        self.near, self.far = f"va{index}", f"vb{index}"
        self.middle = f"ma{index}", f"mb{index}"
        self.carrier = True
        self._route = sockets
        self._ends_told = ends
        self._near_middle, self._far_middle = (sockets.ifindex(name) for name in self.middle)
        self._vanished = set()
        sockets.apply([rtnetlink.add_clsact(i) for i in (self._near_middle, self._far_middle)] +
                      [self._splice(d) for d in ("to-partner", "from-partner")])

    @staticmethod
    def near_lines(index, partner_namespace):
        """Lines of `ip` that make the interfaces of a link, where the near end is. (The numbers of a pair differ, in
        whatever namespaces they are: only then does the kernel tell of a lost carrier at once.)"""
        number = FIRST_NUMBER + 4 * index
        return [
            f"link add va{index} index {number} address 02:00:00:00:0a:{index + 1:02x} type veth "
            f"peer name ma{index} index {number + 1}",
            f"link add mb{index} index {number + 2} type veth peer name vb{index} index {number + 3} "
            f"address 02:00:00:00:0b:{index + 1:02x} netns {partner_namespace}",
            *(f"link set {kind}{index} arp off up" for kind in ("va", "ma", "mb"))]

    @staticmethod
    def far_lines(index):
        return [f"link set vb{index} arp off up"]

    def pull(self, side="both"):
        """Loss of carrier at the "near" end, the "far" end or both, as when a cable is pulled."""
        return self._set_carrier(side, False)

    def restore(self, side="both"):
        return self._set_carrier(side, True)

    def blackhole(self, direction="both"):
        """Frames "to-partner", "from-partner" or both vanish; both ends keep their carrier."""
        return self._apply_splices(_directions(direction) - self._vanished, rtnetlink.unsplice, self._vanished.add)

    def heal(self):
        return self._apply_splices(set(self._vanished), None, self._vanished.discard)

    def _set_carrier(self, side, up):
        if side not in ("near", "far", "both"):
            raise ValueError(f"side is near, far or both, not {side}")
        self.carrier = up
        changes = []
        if side != "far":
            changes.append(rtnetlink.set_up(self._near_middle, up))
        if side != "near":
            changes.append(rtnetlink.set_up(self._far_middle, up))
        before = time.monotonic_ns()
        for its_side, end in self._ends_told():
            if side in (its_side, "both"):
                # told first: an end with a carrier of its own needs longer than the kernel
                (end.link_up if up else end.link_down)(self.index)
        self._route.apply(changes)
        return before

    def _splice(self, direction):
        source, target = self._ends(direction)
        return rtnetlink.splice(source, target)

    def _ends(self, direction):
        if direction == "to-partner":
            return self._near_middle, self._far_middle
        return self._far_middle, self._near_middle

    def _apply_splices(self, directions, remove, remember):
        changes = [remove(self._ends(d)[0]) if remove else self._splice(d) for d in sorted(directions)]
        for direction in directions:
            remember(direction)
        return self._route.apply(changes) if changes else time.monotonic_ns()


def _directions(direction):
    if direction == "both":
        return {"to-partner", "from-partner"}
    if direction in ("to-partner", "from-partner"):
        return {direction}
    raise ValueError(f"direction is both, to-partner or from-partner, not {direction}")
