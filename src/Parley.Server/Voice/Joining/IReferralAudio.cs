using Parley.Server.Voice.Sound;

namespace Parley.Server.Voice.Joining;

/// <summary>A session's audio, as far as connecting its call with somebody else concerns it.</summary>
internal interface IReferralAudio
{
    /// <summary>What says and plays; null before there is audio.</summary>
    SessionSpeech? Speech { get; }

    /// <summary>Whether recognition hears silence for now: the other side talks to somebody else.</summary>
    bool IsPaused { get; set; }
}
