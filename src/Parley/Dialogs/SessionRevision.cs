using System.Globalization;
using Parley.Media.Sdp;

namespace Parley.Dialogs;

/// <summary>
/// Further descriptions of a running session, made from the last one (RFC 3264 §8): streams held and resumed, an old description as answer to a new offer.
/// Pure functions; every result that differs from what it was made of has its o= version raised.
/// </summary>
public static class SessionRevision
{
    /// <summary>
    /// The offer that puts the peer on hold: each stream that is not refused stops receiving, whatever it did before (RFC 3264 §8.4): sendrecv becomes
    /// sendonly, recvonly becomes inactive. Ports and formats stay.
    /// </summary>
    /// <param name="current">What this side described last.</param>
    /// <param name="inactive">Stop sending too: nothing is to be heard while it lasts. Default false: music may be.</param>
    public static SessionDescription Hold(SessionDescription current, bool inactive = false)
    {
        ArgumentNullException.ThrowIfNull(current);
        var allowed = inactive ? MediaDirection.Inactive : MediaDirection.SendOnly;
        return Changed(current, current with { Media = [.. current.Media.Select(media => WithDirection(media, current.DirectionOf(media) & allowed))] });
    }

    /// <summary>The offer that ends a hold: each stream flows again as it did before.</summary>
    /// <param name="current">What this side described last.</param>
    /// <param name="before">What it described before the hold; a stream it did not have is resumed both ways.</param>
    public static SessionDescription Resume(SessionDescription current, SessionDescription before)
    {
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(before);
        var media = current.Media.Select((stream, index) => WithDirection(
            stream, index < before.Media.Count ? before.DirectionOf(before.Media[index]) : MediaDirection.SendReceive));
        return Changed(current, current with { Media = [.. media] });
    }

    /// <summary>
    /// An answer made of what this side described before: streams keep their ports, take the direction the offer leaves them, and those formats the offer
    /// has; what the offer refuses, or has new, is refused (RFC 3264 §6, §8). Null when a stream that is up would be left without any format.
    /// </summary>
    /// <param name="offer">The peer's new offer.</param>
    /// <param name="current">What this side described last: the answer is its next version.</param>
    /// <param name="wanted">What this side would describe if it were free to: what a peer gets back that resumes. Default <paramref name="current"/>.</param>
    public static SessionDescription? AnswerAgain(SessionDescription offer, SessionDescription current, SessionDescription? wanted = null)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(current);
        wanted ??= current;
        var media = new List<MediaDescription>(offer.Media.Count);
        for (var index = 0; index < offer.Media.Count; index++)
        {
            var offered = offer.Media[index];
            var own = index < wanted.Media.Count ? wanted.Media[index] : null;
            if (own is null || own.Port == 0 || offered.Port == 0 || !SameKind(own, offered))
            {
                media.Add(Refused(offered));
                continue;
            }

            var formats = own.Formats.Where(format => offered.Formats.Contains(format)).ToList();
            if (formats.Count == 0)
                return null;
            var direction = MediaDirections.Answer(offer.DirectionOf(offered), wanted.DirectionOf(own));
            media.Add(WithDirection(own with { Formats = formats }, direction));
        }

        return Changed(current, current with { Media = media });
    }

    /// <summary>
    /// Another party's description in place of <paramref name="previous"/>, as one session goes on with somebody else at its end: the o= line stays, its version
    /// raised; streams take the place of those of their kind, further ones come after them, and places nobody takes are refused (RFC 3264 §8).
    /// </summary>
    /// <param name="description">What the new party described.</param>
    /// <param name="previous">What the peer was told last in this session.</param>
    /// <param name="places">For each stream of <paramref name="description"/> its index in the result.</param>
    public static SessionDescription Replace(SessionDescription description, SessionDescription previous, out IReadOnlyList<int> places)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(previous);
        var media = previous.Media.Select(Refused).ToList();
        var taken = new bool[media.Count];
        var found = new int[description.Media.Count];
        for (var index = 0; index < found.Length; index++)
        {
            var stream = description.Media[index] with { Connection = description.ConnectionOf(description.Media[index]) };
            var place = Enumerable.Range(0, taken.Length).FirstOrDefault(at => !taken[at] && SameKind(previous.Media[at], stream), -1);
            if (place < 0)
            {
                place = media.Count;
                media.Add(stream);
            }
            else
            {
                taken[place] = true;
                media[place] = stream;
            }

            found[index] = place;
        }

        places = found;
        return description with { Origin = NextVersion(previous.Origin), Media = media };
    }

    /// <summary>The answer to a description that <see cref="Replace"/> arranged, in the order its own writer knows.</summary>
    /// <param name="answer">The answer that came.</param>
    /// <param name="places">What <see cref="Replace"/> gave.</param>
    /// <param name="offer">The description as its writer gave it: streams that got no answer are refused in their place.</param>
    public static SessionDescription PutBack(SessionDescription answer, IReadOnlyList<int> places, SessionDescription offer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(places);
        ArgumentNullException.ThrowIfNull(offer);
        var media = places.Select((place, index) => place < answer.Media.Count
            ? answer.Media[place] with { Connection = answer.ConnectionOf(answer.Media[place]) }
            : Refused(offer.Media[index]));
        return answer with { Media = [.. media] };
    }

    /// <summary>The same description as the next version of a session (RFC 3264 §8): its o= line with the version one higher.</summary>
    /// <param name="description">What is to be said.</param>
    /// <param name="previous">The o= line that was said last.</param>
    public static SessionDescription Follow(SessionDescription description, SdpOrigin previous)
    {
        ArgumentNullException.ThrowIfNull(description);
        return description with { Origin = NextVersion(previous) };
    }

    /// <summary>An o= line with its version one higher. A version that is no number, which some peers write, begins anew at 1.</summary>
    /// <param name="origin">The o= line that was said last.</param>
    public static SdpOrigin NextVersion(SdpOrigin origin)
    {
        ArgumentNullException.ThrowIfNull(origin);
        var next = ulong.TryParse(origin.SessionVersion, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version < ulong.MaxValue ? version + 1 : 1;
        return origin with { SessionVersion = next.ToString(CultureInfo.InvariantCulture) };
    }

    /// <summary>What a further description of the peer means, compared with its last.</summary>
    internal static ModificationKind KindOf(SessionDescription offer, SessionDescription? previous)
    {
        if (previous is null)
            return ModificationKind.Change;
        if (offer.Origin == previous.Origin)
            return ModificationKind.Refresh; // RFC 3264 §8: the same version is the same description
        var (hears, heard) = (Hears(offer), Hears(previous));
        return hears == heard ? ModificationKind.Change : hears ? ModificationKind.Resume : ModificationKind.Hold;
    }

    /// <summary>True when the writer takes media on any stream; false is what phones call hold.</summary>
    internal static bool Hears(SessionDescription description) =>
        description.Media.Any(media => media.Port != 0 && description.DirectionOf(media).Receives());

    private static bool SameKind(MediaDescription one, MediaDescription other) => one.Media.Equals(other.Media, StringComparison.OrdinalIgnoreCase);

    private static SessionDescription Changed(SessionDescription from, SessionDescription to) =>
        SdpWriter.ToText(from) == SdpWriter.ToText(to) ? from : to with { Origin = NextVersion(from.Origin) };

    private static MediaDescription WithDirection(MediaDescription media, MediaDirection direction)
    {
        if (media.Port == 0)
            return media;
        var others = media.Attributes.Where(attribute => !IsDirection(attribute)).ToList();
        others.Add(new SdpAttribute(direction.ToAttribute()));
        return media with { Attributes = others };
    }

    // RFC 3264 §6: a refused stream keeps its line, port 0; what it would have been is of no interest.
    private static MediaDescription Refused(MediaDescription media) => media with { Port = 0, PortCount = 1, Attributes = [], OtherLines = [], Connection = null };

    private static bool IsDirection(SdpAttribute attribute) =>
        attribute.Is("sendrecv") || attribute.Is("sendonly") || attribute.Is("recvonly") || attribute.Is("inactive");
}

/// <summary>What a re-INVITE or UPDATE is for, as far as its description tells.</summary>
public enum ModificationKind
{
    /// <summary>Something else than the following: codecs, ports, streams.</summary>
    Change,

    /// <summary>The peer does not want to hear us any more on any stream.</summary>
    Hold,

    /// <summary>The peer wants to hear us again.</summary>
    Resume,

    /// <summary>Nothing changes: the same o= id and version, or no description in an UPDATE. It keeps the session alive or moves the peer's contact.</summary>
    Refresh,

    /// <summary>A re-INVITE without a description: the peer asks for an offer of ours.</summary>
    OfferWanted,
}
