namespace Parley;

/// <summary>What kept the audio of a call from being set up or changed.</summary>
public enum CallMediaProblem
{
    /// <summary>The session description cannot be read.</summary>
    Malformed,

    /// <summary>There is no offer where one is needed.</summary>
    NoOffer,

    /// <summary>No codec, transport or address both sides can use: 488 in SIP.</summary>
    NotAcceptable,

    /// <summary>Every media port of the range is in use.</summary>
    NoPort,

    /// <summary>The two calls use different codecs and transcoding was not asked for.</summary>
    CodecMismatch,

    /// <summary>The call has no audio yet: it is not answered and has no early media.</summary>
    NotOpen,
}

/// <summary>The audio of a call could not be set up, changed or used. The call itself goes on.</summary>
public sealed class CallMediaException : Exception
{
    /// <summary>Creates it.</summary>
    public CallMediaException(CallMediaProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    internal static CallMediaException NotOpen() => new(CallMediaProblem.NotOpen, "The call has no audio yet: answer it, or start early media.");

    /// <summary>What was wrong.</summary>
    public CallMediaProblem Problem { get; }
}
