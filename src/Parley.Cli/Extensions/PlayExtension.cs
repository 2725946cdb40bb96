namespace Parley.Cli.Extensions;

internal static class PlayExtension
{
    private static readonly string Prompt = Path.Combine(AppContext.BaseDirectory, "Prompts", "welcome.wav");

    public static async Task RunAsync(ExtensionCall call, CancellationToken ended)
    {
        await call.Incoming.AnswerAsync(cancel: ended);
        await call.Incoming.PlayAsync(Prompt, cancel: ended);
    }
}
