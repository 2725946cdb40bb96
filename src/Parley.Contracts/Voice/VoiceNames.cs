using System.Text.Json.Serialization.Metadata;

namespace Parley.Contracts.Voice;

/// <summary>Commands and events by their names on the wire.</summary>
internal static class VoiceNames
{
    public static readonly IReadOnlyDictionary<string, JsonTypeInfo> Commands = new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
    {
        ["invite"] = VoiceJson.Default.InviteCommand,
        ["accept"] = VoiceJson.Default.AcceptCommand,
        ["reject"] = VoiceJson.Default.RejectCommand,
        ["ringing"] = VoiceJson.Default.RingingCommand,
        ["hangup"] = VoiceJson.Default.HangupCommand,
        ["refer"] = VoiceJson.Default.ReferCommand,
        ["hold"] = VoiceJson.Default.HoldCommand,
        ["message"] = VoiceJson.Default.MessageCommand,
        ["reportTransfer"] = VoiceJson.Default.ReportTransferCommand,
        ["bridge"] = VoiceJson.Default.BridgeCommand,
        ["unbridge"] = VoiceJson.Default.UnbridgeCommand,
        ["tts"] = VoiceJson.Default.TtsCommand,
        ["play"] = VoiceJson.Default.PlayCommand,
        ["interrupt"] = VoiceJson.Default.InterruptCommand,
        ["pause"] = VoiceJson.Default.PauseCommand,
        ["resume"] = VoiceJson.Default.ResumeCommand,
        ["volume"] = VoiceJson.Default.VolumeCommand,
        ["mute"] = VoiceJson.Default.MuteCommand,
        ["unmute"] = VoiceJson.Default.UnmuteCommand,
        ["mark"] = VoiceJson.Default.MarkCommand,
        ["functionResult"] = VoiceJson.Default.FunctionResultCommand,
        ["sendDtmf"] = VoiceJson.Default.SendDtmfCommand,
        ["record"] = VoiceJson.Default.RecordCommand,
        ["history"] = VoiceJson.Default.HistoryCommand,
        ["custom"] = VoiceJson.Default.CustomCommand,
        ["addIceCandidate"] = VoiceJson.Default.AddIceCandidateCommand,
    };

    public static readonly IReadOnlyDictionary<string, JsonTypeInfo> Events = new Dictionary<string, JsonTypeInfo>(StringComparer.Ordinal)
    {
        ["incoming"] = VoiceJson.Default.IncomingEvent,
        ["answer"] = VoiceJson.Default.AnswerEvent,
        ["mediaReady"] = VoiceJson.Default.MediaReadyEvent,
        ["reject"] = VoiceJson.Default.RejectEvent,
        ["ringing"] = VoiceJson.Default.RingingEvent,
        ["hangup"] = VoiceJson.Default.HangupEvent,
        ["hold"] = VoiceJson.Default.HoldEvent,
        ["transferRequest"] = VoiceJson.Default.TransferRequestEvent,
        ["message"] = VoiceJson.Default.MessageEvent,
        ["inactivity"] = VoiceJson.Default.InactivityEvent,
        ["speaking"] = VoiceJson.Default.SpeakingEvent,
        ["silence"] = VoiceJson.Default.SilenceEvent,
        ["eou"] = VoiceJson.Default.EouEvent,
        ["dtmf"] = VoiceJson.Default.DtmfEvent,
        ["asrFinal"] = VoiceJson.Default.AsrFinalEvent,
        ["asrDelta"] = VoiceJson.Default.AsrDeltaEvent,
        ["ringbackState"] = VoiceJson.Default.RingbackStateEvent,
        ["answerMachineDetection"] = VoiceJson.Default.AnswerMachineDetectionEvent,
        ["trackStart"] = VoiceJson.Default.TrackStartEvent,
        ["trackEnd"] = VoiceJson.Default.TrackEndEvent,
        ["interruption"] = VoiceJson.Default.InterruptionEvent,
        ["record"] = VoiceJson.Default.RecordEvent,
        ["metrics"] = VoiceJson.Default.MetricsEvent,
        ["error"] = VoiceJson.Default.ErrorEvent,
        ["addHistory"] = VoiceJson.Default.AddHistoryEvent,
        ["custom"] = VoiceJson.Default.CustomEvent,
        ["functionCall"] = VoiceJson.Default.FunctionCallEvent,
        ["llmFinal"] = VoiceJson.Default.LlmFinalEvent,
        ["llmDelta"] = VoiceJson.Default.LlmDeltaEvent,
        ["other"] = VoiceJson.Default.OtherEvent,
        ["ping"] = VoiceJson.Default.PingEvent,
        ["ack"] = VoiceJson.Default.AckEvent,
        ["mark"] = VoiceJson.Default.MarkEvent,
        ["audioGap"] = VoiceJson.Default.AudioGapEvent,
        ["missed"] = VoiceJson.Default.MissedEvent,
    };

    // Spellings of other versions; the first of a pair that are both there wins by being read first.
    public static readonly IReadOnlyDictionary<string, string> Aliases = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["apiKey"] = "secretKey",
        ["voice"] = "model",
        ["hangupHeaders"] = "hangup_headers",
        ["extractHeaders"] = "extract_headers",
        ["enableSrtp"] = "enable_srtp",
        ["musicOnHold"] = "moh",
        ["sampleRate"] = "samplerate",
    };
}
