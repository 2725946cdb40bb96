using System.Diagnostics.CodeAnalysis;

namespace Parley.Media.Sdp.OfferAnswer;

/// <summary>Outcome of an exchange: either an answer with what it agreed on, or a failure.</summary>
public sealed record OfferAnswerResult
{
    private OfferAnswerResult()
    {
    }

    /// <summary>Whether a session came about. A session whose stream is switched off counts as one.</summary>
    [MemberNotNullWhen(true, nameof(Answer), nameof(Audio))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool Succeeded => Failure is null;

    /// <summary>The answer: the one to send, or the one that was applied.</summary>
    public SessionDescription? Answer { get; private init; }

    /// <summary>What was agreed.</summary>
    public NegotiatedAudio? Audio { get; private init; }

    /// <summary>Why nothing was agreed.</summary>
    public OfferAnswerFailure? Failure { get; private init; }

    internal static OfferAnswerResult Agreed(SessionDescription answer, NegotiatedAudio audio) => new() { Answer = answer, Audio = audio };

    internal static OfferAnswerResult Failed(OfferAnswerFailure failure) => new() { Failure = failure };
}
