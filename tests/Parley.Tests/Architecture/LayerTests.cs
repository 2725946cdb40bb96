using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Parley.Tests.Architecture;

/// <summary>Arrows only go down: what docs/architecture.md draws is what the projects say.</summary>
public partial class LayerTests
{
    [Theory]
    [InlineData("Parley.Net")]
    [InlineData("Parley.Sip", "Parley.Net")]
    [InlineData("Parley.Media", "Parley.Net")]
    [InlineData("Parley", "Parley.Net", "Parley.Sip", "Parley.Media")]
    [InlineData("Parley.Services", "Parley.Net", "Parley.Sip")]
    [InlineData("Parley.Speech", "Parley.Media")]
    [InlineData("Parley.Storage", "Parley.Services")]
    [InlineData("Parley.Testing", "Parley", "Parley.Net", "Parley.Sip", "Parley.Media", "Parley.Services")]
    [InlineData("Parley.Contracts")]
    [InlineData("Parley.Client", "Parley.Contracts")]
    [InlineData("Parley.Client.AspNetCore", "Parley.Client", "Parley.Contracts")]
    [InlineData("Parley.Server", "Parley.Contracts", "Parley", "Parley.Speech")]
    [InlineData("Parley.Cli", "Parley.Server", "Parley", "Parley.Testing", "Parley.Net", "Parley.Sip", "Parley.Media", "Parley.Services", "Parley.Storage")]
    public void A_project_references_only_layers_below_it(string project, params string[] below)
    {
        var references = Items(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')));
        Assert.Empty(references.Except(below));
    }

    [Fact]
    public void Every_project_in_src_has_its_place_in_the_layers() => Assert.Equal(
        ["Parley", "Parley.Cli", "Parley.Client", "Parley.Client.AspNetCore", "Parley.Contracts", "Parley.Media", "Parley.Net", "Parley.Server", "Parley.Services", "Parley.Sip", "Parley.Speech", "Parley.Storage", "Parley.Testing"],
        Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("Parley.Net")]
    [InlineData("Parley.Sip")]
    [InlineData("Parley.Media")]
    [InlineData("Parley")]
    [InlineData("Parley.Services")]
    [InlineData("Parley.Speech")]
    [InlineData("Parley.Testing")]
    [InlineData("Parley.Contracts")]
    [InlineData("Parley.Client")]
    [InlineData("Parley.Client.AspNetCore")]
    [InlineData("Parley.Server")]
    public void A_library_brings_no_packages(string project) => Assert.Empty(Items(project, "PackageReference"));

    [Theory]
    [InlineData("Parley.Net")]
    [InlineData("Parley.Sip")]
    [InlineData("Parley.Media")]
    [InlineData("Parley")]
    [InlineData("Parley.Services")]
    [InlineData("Parley.Speech")]
    [InlineData("Parley.Storage")]
    [InlineData("Parley.Testing")]
    [InlineData("Parley.Contracts")]
    [InlineData("Parley.Client")]
    [InlineData("Parley.Client.AspNetCore")]
    [InlineData("Parley.Server")]
    [InlineData("Parley.Cli")]
    public void Internals_are_shown_to_the_projects_own_tests_only(string project) =>
        Assert.Empty(Items(project, "InternalsVisibleTo").Except([project + ".Tests"]));

    [Theory]
    [InlineData("Parley.Sip", "Parley.Media")]
    [InlineData("Parley.Media", "Parley.Sip")]
    [InlineData("Parley.Net", "Parley.Sip")]
    [InlineData("Parley.Net", "Parley.Media")]
    [InlineData("Parley.Services", "Parley.Media")]
    [InlineData("Parley.Speech", "Parley.Sip")]
    public void A_layer_does_not_name_one_beside_or_above_it(string project, string other)
    {
        Assert.All(Repository.Sources($"src/{project}"), file => Assert.DoesNotContain(other, File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public void No_public_member_of_signalling_or_media_shows_a_type_of_the_other()
    {
        var sip = typeof(Sip.Messages.SipMessage).Assembly;
        var media = typeof(Media.Engine.MediaEngine).Assembly;
        Assert.DoesNotContain(sip.GetReferencedAssemblies(), name => name.Name == media.GetName().Name);
        Assert.DoesNotContain(media.GetReferencedAssemblies(), name => name.Name == sip.GetName().Name);
    }

    // Sockets, threads and native calls have one home, or the virtual network would not be the whole world in a test.
    [Theory]
    [InlineData("Parley.Sip")]
    [InlineData("Parley.Media")]
    [InlineData("Parley")]
    [InlineData("Parley.Services")]
    public void Only_the_network_layer_touches_the_operating_system(string project)
    {
        var sources = Repository.Sources($"src/{project}").Where(file => !s_codecLibraries.Contains(Path.GetFileName(file)));
        Assert.All(sources, file => Assert.DoesNotMatch(SystemCalls(), File.ReadAllText(file)));
    }

    // Codecs are not ours to write: these libraries of the system turn bytes into samples and back, and know neither network nor clock.
    private static readonly string[] s_codecLibraries = ["LibSndFile.cs", "OpusLibrary.cs"];

    [Fact]
    public void No_source_file_is_longer_than_450_lines()
    {
        Assert.All(Repository.Sources("src"), file => Assert.InRange(File.ReadLines(file).Count(), 0, 450));
    }

    private static IEnumerable<string> Items(string project, string kind) => XDocument
        .Parse(Repository.Read($"src/{project}/{project}.csproj"))
        .Descendants(kind)
        .Select(item => item.Attribute("Include")!.Value);

    [GeneratedRegex(@"\b(LibraryImport|DllImport|new (Socket|UdpClient|TcpClient|TcpListener|Thread)\()")]
    private static partial Regex SystemCalls();
}
