using System.Globalization;

namespace Parley.Cli.Extensions;

internal static class RejectExtension
{
    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        if (int.TryParse(call.Argument, NumberStyles.None, CultureInfo.InvariantCulture, out var status) && status is >= 400 and <= 699)
            await call.Incoming.RejectAsync(status, cancel: ended);
        else
            await call.RefuseAsync(404, $"reject-NNN takes 400 to 699, not '{call.Argument}'", ended);
    }
}
