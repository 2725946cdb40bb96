namespace Parley.Interop.Tests.Harness;

/// <summary>A folder of its own for one test's files; kept when PARLEY_KEEP is set, to look into after a failure.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("parley-interop-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("PARLEY_KEEP") is null && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
