using Microsoft.Extensions.Logging;

namespace Parley;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "The handler of call {CallId} failed")]
    public static partial void HandlerFailed(ILogger logger, string callId, Exception exception);

    [LoggerMessage(3, LogLevel.Error, "A callback of call {CallId} failed")]
    public static partial void CallbackFailed(ILogger logger, string callId, Exception exception);

    [LoggerMessage(2, LogLevel.Warning, "The session description names {Host}, which has no address here: {Problem}")]
    public static partial void MediaHostUnknown(ILogger logger, string host, string problem);

    [LoggerMessage(3, LogLevel.Error, "Code on a lane failed; the lane goes on")]
    public static partial void LaneFault(ILogger logger, Exception exception);

    [LoggerMessage(4, LogLevel.Error, "A handler of a dialog failed")]
    public static partial void DialogCallbackFailed(ILogger logger, Exception exception);
}
