using Parley.Contracts.Voice.Events;
using Parley.Speech;

namespace Parley.Server.Voice.Sessions;

/// <summary>Failures of vendors as clients know them: three recognisers have names of their own, one while it connects and one later, and a failure without a number has 500.</summary>
internal static class VendorErrors
{
    private const int Unnumbered = 500;

    public static ErrorEvent Event(string track, SpeechProblem problem) => new() { TrackId = track, Sender = Sender(problem), Error = problem.Message, Code = Code(problem) };

    private static string Sender(SpeechProblem problem) => (problem.Sender, problem.Provider, problem.IsConnecting) switch
    {
        ("asr", "deepgram", true) => "DeepgramAsrClient",
        ("asr", "deepgram", false) => "deepgram_asr",
        ("asr", "tencent", true) => "TencentCloudAsrClient",
        ("asr", "tencent", false) => "tencent_cloud_asr",
        ("asr", "aliyun", true) => "AliyunAsrClient",
        ("asr", "aliyun", false) => "aliyun_asr",
        _ => problem.Sender,
    };

    // The vendor's own number tells more, where there is one.
    private static int? Code(SpeechProblem problem) =>
        problem.Code ?? (problem.Provider is not null && (problem.Sender == "tts" || problem is { Sender: "asr", IsConnecting: true }) ? Unnumbered : null);
}
