namespace Parley.Cli.Extensions;

internal static class ControlExtension
{
    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        await call.Incoming.RingAsync(ended);
        await call.Incoming.WaitForEndAsync(ended);
    }
}
