namespace Parley.Cli.Extensions;

internal static class EchoExtension
{
    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        await call.Incoming.AnswerAsync(cancel: ended);
        await call.Incoming.EchoAsync(ended);
    }
}
