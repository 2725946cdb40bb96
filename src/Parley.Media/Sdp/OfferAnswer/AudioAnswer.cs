using Parley.Media.Codecs;
using Parley.Media.Srtp;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>
/// The answering half of RFC 3264 as pure functions: <see cref="Create"/> for the side that got an offer, <see cref="Apply"/>
/// for the side that made one. The same two serve first INVITEs, late offers, re-INVITEs and holds.
/// </summary>
public static class AudioAnswer
{
    /// <summary>
    /// Answers an offer. The first audio stream that can be used is taken; every other stream is refused in its place
    /// (RFC 3264 §6). An offer whose audio is switched off, or that has no stream at all, gets an answer that agrees.
    /// </summary>
    /// <param name="offer">The peer's offer.</param>
    /// <param name="local">One's own side.</param>
    public static OfferAnswerResult Create(SessionDescription offer, LocalAudio local)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(local);
        OfferAnswerFailure? failure = null;
        for (var index = 0; index < offer.Media.Count; index++)
        {
            var media = offer.Media[index];
            if (!RemoteStream.IsAudio(media) || media.Port == 0) continue;
            var refusal = RemoteStream.Refusal(offer, media, local.Encryption) ?? Choose(media, local, out _, out _);
            if (refusal is null && Accept(offer, index, local) is { } result) return result;
            failure ??= refusal ?? NoCommonCodec(media);
        }
        if (failure is null && offer.Media.Count > 0 && !offer.Media.Any(RemoteStream.IsAudio))
            failure = new(OfferAnswerFailureKind.NoAudio, "The offer has no audio stream.");
        return failure is null ? SwitchedOff(offer, local) : OfferAnswerResult.Failed(failure);
    }

    /// <summary>Takes the peer's answer to one's own offer.</summary>
    /// <param name="offer">The offer that was sent.</param>
    /// <param name="answer">The answer that came.</param>
    /// <param name="local">One's own side, as it was when the offer was made.</param>
    public static OfferAnswerResult Apply(SessionDescription offer, SessionDescription answer, LocalAudio local)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(answer);
        ArgumentNullException.ThrowIfNull(local);
        var index = OwnStream(offer);
        if (index < 0) return OfferAnswerResult.Agreed(answer, new() { Enabled = false });
        if (index >= answer.Media.Count || !RemoteStream.IsAudio(answer.Media[index]))
        {
            return OfferAnswerResult.Failed(new(
                OfferAnswerFailureKind.AnswerMismatch,
                $"Stream {index + 1} of the offer is audio, the answer has {(index < answer.Media.Count ? "something else" : "no such stream")}."));
        }
        var media = answer.Media[index];
        if (media.Port == 0) return OfferAnswerResult.Agreed(answer, new() { Enabled = false, MediaIndex = index });
        return RemoteStream.Refusal(answer, media, local.Encryption) is { } refusal
            ? OfferAnswerResult.Failed(refusal)
            : Settle(offer.Media[index], answer, index, local);
    }

    private static OfferAnswerResult? Accept(SessionDescription offer, int index, LocalAudio local)
    {
        var media = offer.Media[index];
        var formats = PayloadFormat.ReadAll(media);
        var payloads = RemoteStream.Common(formats, local.Codecs, media);
        if (payloads.Count == 0) return null;
        if (local.PreferLocalOrder && payloads.Count > 1) payloads = [.. payloads.OrderBy(p => IndexOf(local.Codecs, p.Codec))];
        if (local.AnswerOneCodec && payloads.Count > 1) payloads = [payloads[0]];
        var events = local.TelephoneEvents ? RemoteStream.Events(formats, payloads) : [];
        var sent = EventFor(payloads[0], events);

        _ = Choose(media, local, out var srtp, out var crypto);
        var mux = local.RtcpMux && media.Attribute("rtcp-mux") is not null;
        var direction = MediaDirections.Answer(offer.DirectionOf(media), local.Direction);
        var audio = RemoteStream.Describe(offer, index, mux, local) with
        {
            // The answer repeats the offer's numbers, so both directions use them (RFC 3264 §6.1).
            SendPayloads = payloads,
            ReceivePayloads = payloads,
            ReceiveTelephoneEvents = events,
            TelephoneEventPayloadType = sent?.PayloadType,
            TelephoneEventClockRate = sent?.ClockRate,
            Direction = direction,
            Srtp = srtp,
        };
        var section = AudioSection.Write(local, media.Protocol, payloads, events, direction, audio.PacketMilliseconds, mux, crypto);
        var sections = new MediaDescription[offer.Media.Count];
        for (var i = 0; i < sections.Length; i++)
            sections[i] = i == index ? section : AudioSection.Refuse(offer.Media[i]);
        if (local.Port == 0) audio = new() { Enabled = false, MediaIndex = index };
        return OfferAnswerResult.Agreed(AudioSection.Session(local, sections, offer.Times), audio);
    }

    private static OfferAnswerResult Settle(MediaDescription offered, SessionDescription answer, int index, LocalAudio local)
    {
        var media = answer.Media[index];
        var theirs = PayloadFormat.ReadAll(media, offered);
        var ours = PayloadFormat.ReadAll(offered);
        var send = RemoteStream.Common(theirs, local.Codecs, media);
        for (var i = send.Count - 1; i >= 0; i--)
            if (!RemoteStream.Has(ours, send[i].Codec)) send.RemoveAt(i);
        if (send.Count == 0) return OfferAnswerResult.Failed(NoCommonCodec(media));

        if (Keys(offered, media, local, out var srtp) is { } unsafeAnswer) return OfferAnswerResult.Failed(unsafeAnswer);
        var sendEvents = local.TelephoneEvents ? RemoteStream.Events(theirs, send) : [];
        var sent = EventFor(send[0], sendEvents);
        // The peer sends with the numbers of our offer; its own numbers are for what we send (RFC 3264 §5.1).
        var codecs = new AudioCodec[send.Count];
        for (var i = 0; i < codecs.Length; i++)
            codecs[i] = send[i].Codec;
        var receive = RemoteStream.Common(ours, codecs);
        var receiveEvents = sendEvents.Count > 0 ? RemoteStream.Events(ours, receive) : [];
        var mux = local.RtcpMux && media.Attribute("rtcp-mux") is not null;
        var wanted = MediaDirections.Find(offered.Attributes) ?? MediaDirection.SendReceive;
        return OfferAnswerResult.Agreed(answer, RemoteStream.Describe(answer, index, mux, local) with
        {
            SendPayloads = send,
            ReceivePayloads = receive,
            ReceiveTelephoneEvents = receiveEvents,
            TelephoneEventPayloadType = sent?.PayloadType,
            TelephoneEventClockRate = sent?.ClockRate,
            Direction = MediaDirections.Answer(answer.DirectionOf(media), wanted),
            Srtp = srtp,
        });
    }

    /// <summary>Whether an offered stream can be encrypted as this side wants it: with the first of the keys offered whose suite is one of ours (RFC 4568 §5.1.2).</summary>
    private static OfferAnswerFailure? Choose(MediaDescription media, LocalAudio local, out SrtpKeying? srtp, out IReadOnlyList<CryptoLine> answer)
    {
        (srtp, answer) = (null, []);
        if (local.Encryption == MediaEncryption.None) return null;
        foreach (var line in CryptoLine.ReadAll(media))
        {
            if (local.Keys.FirstOrDefault(key => ReferenceEquals(key.Suite, line.Key.Suite)) is not { } own) continue;
            srtp = new(own, line.Key);
            answer = [line with { Key = own }];
            return null;
        }
        return RemoteStream.IsSecureRtp(media.Protocol)
            ? new(OfferAnswerFailureKind.SecureTransportUnsupported, "Audio is offered only as SRTP, without a key (a=crypto) of a suite this side knows.")
            : local.Encryption == MediaEncryption.Required
                ? new(OfferAnswerFailureKind.EncryptionRequired, "Audio has to be encrypted here, and the offer has no key (a=crypto) of a suite this side knows.")
                : null;
    }

    /// <summary>The keys an answer settles on: its one line repeats tag and suite of a line of the offer (RFC 4568 §5.1.3).</summary>
    private static OfferAnswerFailure? Keys(MediaDescription offered, MediaDescription media, LocalAudio local, out SrtpKeying? srtp)
    {
        srtp = null;
        if (local.Encryption == MediaEncryption.None) return null;
        var ours = CryptoLine.ReadAll(offered);
        foreach (var line in CryptoLine.ReadAll(media))
        {
            var match = ours.Find(own => own.Tag == line.Tag && ReferenceEquals(own.Key.Suite, line.Key.Suite));
            if (match.Key is null) continue;
            srtp = new(match.Key, line.Key);
            return null;
        }
        return local.Encryption == MediaEncryption.Required || RemoteStream.IsSecureRtp(offered.Protocol)
            ? new(OfferAnswerFailureKind.EncryptionRequired, "Audio has to be encrypted here, and the answer has no key (a=crypto) for a line of the offer.")
            : null;
    }

    private static OfferAnswerResult SwitchedOff(SessionDescription offer, LocalAudio local) => OfferAnswerResult.Agreed(
        AudioSection.Session(local, [.. offer.Media.Select(AudioSection.Refuse)], offer.Times),
        new() { Enabled = false });

    private static OfferAnswerFailure NoCommonCodec(MediaDescription media) => new(
        OfferAnswerFailureKind.NoCommonCodec,
        $"None of the {media.Formats.Count} audio formats named is among the codecs of this side.");

    private static TelephoneEventMapping? EventFor(PayloadMapping payload, List<TelephoneEventMapping> events)
    {
        TelephoneEventMapping? usual = null;
        foreach (var mapping in events)
        {
            if (mapping.ClockRate == payload.Codec.ClockRate) return mapping;
            if (mapping.ClockRate == RemoteStream.UsualEventClock) usual = mapping;
        }
        return usual;
    }

    private static int OwnStream(SessionDescription offer)
    {
        for (var index = 0; index < offer.Media.Count; index++)
            if (RemoteStream.IsAudio(offer.Media[index]) && offer.Media[index].Port != 0) return index;
        return -1;
    }

    private static int IndexOf(IReadOnlyList<AudioCodec> codecs, AudioCodec codec)
    {
        for (var index = 0; index < codecs.Count; index++)
            if (ReferenceEquals(codecs[index], codec)) return index;
        return codecs.Count;
    }
}
